"""Connect to providers at public addresses only. Providers' URLs are not trusted: tenants' administrators choose the
issuers, and the issuers' metadata contains further URLs.

A host is resolved once, and the connection uses the checked address. A later DNS answer with another address therefore
has no effect. The certificate is still checked for the host name.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from typing import TypeAlias

import httpx

from app.identity.oidc.errors import IdentityProviderNotPublicError, IdentityProviderUnavailableError

Address: TypeAlias = IPv4Address | IPv6Address
_UNICAST = IPv6Network("2000::/3")  # RFC 4291 §2.4: all assigned unicast addresses
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1: IPv4-embedded addresses
# Special addresses of IANA's registries that older Python versions don't know: RFC 6890 §2.2.2, RFC 9637.
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv6Network("3fff::/20"))
_UNKNOWN = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})

_MAX_ASKING = 256
_ASKING = threading.BoundedSemaphore(_MAX_ASKING)
"""Maximum number of concurrent lookups, which limits the threads that an unresponsive resolver blocks."""


def is_public(address: Address) -> bool:
    """Return whether the address is public by IANA's registries of special addresses (RFC 6890)."""
    address = _meant(address)
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address.sixtofour is not None):
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL)


def public_outside(closed: Sequence[IPv4Network | IPv6Network]) -> Callable[[Address], bool]:
    """Return a function that returns whether an address is public and in none of the networks."""

    def may_call(address: Address) -> bool:
        return is_public(address) and not any(
            each in network for each in (address, _meant(address)) for network in closed
        )

    return may_call


def _meant(address: Address) -> Address:
    """Return the IPv4 address embedded in an IPv6 address, if any."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def find_literal(host: str) -> Address | None:
    """Return the address if the host is an IP address; None for a host name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Return the addresses of a name, best first. Raises OSError.

    A lookup can't be stopped. It runs in a separate thread, which is abandoned when the caller times out. A thread of
    the event loop would delay the loop's end, because a loop waits for its own threads when it closes.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[Address]] = loop.create_future()

    def finish(addresses: Sequence[Address] | None, failure: OSError | None) -> None:
        if found.done():
            return
        if failure is not None:
            found.set_exception(failure)
        else:
            found.set_result(addresses or ())

    def ask() -> None:
        addresses, failure = None, None
        try:
            addresses = _resolve(host, port)
        except OSError as error:
            failure = error
        except UnicodeError:  # the host is not a valid name
            failure = socket.gaierror(socket.EAI_NONAME, "no name")
        try:
            loop.call_soon_threadsafe(finish, addresses, failure)
        except RuntimeError:  # the caller's event loop is closed
            return

    if not _ASKING.acquire(blocking=False):
        raise socket.gaierror(socket.EAI_AGAIN, "too many concurrent lookups")
    threading.Thread(target=_released(ask), name="look-up", daemon=True).start()
    return await found


def _released(ask: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            ask()
        finally:
            _ASKING.release()

    return run


def _resolve(host: str, port: int) -> Sequence[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(each[4][0]) for each in found))


class CheckedTransport(httpx.AsyncHTTPTransport):
    """Connects to the addresses of a host that `may_call` permits.

    Raises IdentityProviderNotPublicError if no address is permitted. An unknown name raises the same error, so that the
    error does not reveal names of the internal network.
    """

    def __init__(self, *, tls: SSLContext, may_call: Callable[[str, Address], bool]) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._may_call = may_call

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        failure: httpx.TransportError | None = None
        for address in await self._list_addresses(host, request.url.port or 443):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await super().handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or IdentityProviderNotPublicError()

    async def _list_addresses(self, host: str, port: int) -> Sequence[Address]:
        try:
            found = await look_up(host, port)
        except socket.gaierror as error:
            unknown = error.errno in _UNKNOWN
            raise (IdentityProviderNotPublicError if unknown else IdentityProviderUnavailableError) from error
        return [address for address in found if self._may_call(host, address)]

"""Where providers are called: at public addresses, since a tenant's administrator names issuers, which name more.

A host is looked up once, and the connection is made to an address that was checked: a name server that answers
differently the next time leads nowhere else. The host's name stays what the certificate is checked for.
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
_UNICAST = IPv6Network("2000::/3")  # RFC 4291 §2.4: all of it that is assigned
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1: IPv4 behind a translator
# Assigned to no public network by IANA's registries, which older Pythons don't know: RFC 6890 §2.2.2, RFC 9637.
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv6Network("3fff::/20"))
_UNKNOWN = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})

_MAX_ASKING = 256
_ASKING = threading.BoundedSemaphore(_MAX_ASKING)
"""How many names are looked up at once: a resolver that never answers holds no more threads than that."""


def is_public(address: Address) -> bool:
    """Whether it is one of the public internet's, by IANA's registries of special addresses (RFC 6890)."""
    address = _meant(address)
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address.sixtofour is not None):
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL)


def public_outside(closed: Sequence[IPv4Network | IPv6Network]) -> Callable[[Address], bool]:
    """`is_public`, and in none of these networks."""

    def may_call(address: Address) -> bool:
        return is_public(address) and not any(
            each in network for each in (address, _meant(address)) for network in closed
        )

    return may_call


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one is written for, if it is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def find_literal(host: str) -> Address | None:
    """The address that a host is written as; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


async def look_up(host: str, port: int) -> Sequence[Address]:
    """What a name stands for, best first. Raises OSError.

    In a thread of its own, which is left behind when whoever asks has no more time: the event loop's own threads are
    waited for when it ends, and a resolver can't be stopped.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[Address]] = loop.create_future()

    def tell(addresses: Sequence[Address] | None, failure: OSError | None) -> None:
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
        except UnicodeError:  # of a name that is none
            failure = socket.gaierror(socket.EAI_NONAME, "no name")
        try:
            loop.call_soon_threadsafe(tell, addresses, failure)
        except RuntimeError:  # whoever asked has gone
            return

    if not _ASKING.acquire(blocking=False):
        raise socket.gaierror(socket.EAI_AGAIN, "too many names are being looked up")
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
    """Connects to those of a host's addresses for which `may_call` says so.

    Raises IdentityProviderNotPublicError where there is none, also for a name that stands for nothing: whether an inner
    network has a name is not told.
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

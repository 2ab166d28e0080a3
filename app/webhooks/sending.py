"""Post messages to the addresses of webhooks. Users choose the addresses, so they are not trusted.

Requests use https and go only to public addresses: a host is resolved once, each address is checked, and the connection
uses a checked one. Redirects are not followed. Of a response, only the status is read. One time limit covers the whole
request, from the DNS lookup to the status.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ssl import SSLContext
from urllib.parse import urlsplit

import httpx

from app.core.errors import FootnoteError
from app.identity.oidc.addresses import Address, CheckedTransport, find_literal, is_public
from app.webhooks.errors import WebhookAddressError

SECONDS = 15.0
"""The specification advises receivers to respond within 15 to 30 seconds."""

_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to a message: the status of the response, or the code of the error without one."""

    status: int | None
    error: str | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Return whether the receiver wants no more messages (Standard Webhooks, "Consumer failures")."""
        return self.status == 410


class WebhookHttp:
    """Posts messages. `open_hosts` may be called at any address, and without TLS: for tests only."""

    def __init__(
        self, *, open_hosts: frozenset[str] = frozenset(), may_call: Callable[[Address], bool] = is_public
    ) -> None:
        self._open_hosts = open_hosts
        self._may_call_address = may_call

    @cached_property
    def _tls(self) -> SSLContext:
        return httpx.create_ssl_context()

    def check_address(self, url: str) -> None:
        """Check a webhook's address. Raises WebhookAddressError. A host's addresses are checked at each message."""
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError as error:
            raise WebhookAddressError from error
        allowed = parts.scheme == "https" or (parts.scheme == "http" and host in self._open_hosts)
        plain = url.isascii() and url.isprintable() and not any(character in url for character in ' "<>\\^`{|}')
        if not allowed or not host or not plain or parts.username is not None or "#" in url or len(url) > _LONGEST_URL:
            raise WebhookAddressError
        address = find_literal(host)
        if address is not None and not self._may_call(host, address):
            raise WebhookAddressError

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post a message. It raises nothing: each failure is an outcome."""
        try:
            self.check_address(url)
            return Outcome(asyncio.run(self._exchange(url, body, headers)))
        except TimeoutError:
            return Outcome(None, "timeout")
        except FootnoteError:
            return Outcome(None, "address-not-permitted")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return Outcome(None, "connection-failed")

    async def _exchange(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        sent = {"Content-Type": "application/json", "User-Agent": "footnote", **headers}
        transport = CheckedTransport(tls=self._tls, may_call=self._may_call)
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(transport=transport, timeout=SECONDS, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=sent) as response,
        ):
            return response.status_code

    def _may_call(self, host: str, address: Address) -> bool:
        return host in self._open_hosts or self._may_call_address(address)

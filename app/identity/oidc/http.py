"""Send requests to providers. Their URLs come from tenants' administrators and from the providers themselves.

Requests use https; plain http is allowed only for hosts that the composition root permits (loopback in tests). Requests
go only to public addresses, unless configured otherwise. Redirects are not followed, and the response size is limited.
One time limit covers the whole request, from the DNS lookup to the last byte.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ssl import SSLContext
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from app.identity.oidc.addresses import Address, CheckedTransport, find_literal, is_public
from app.identity.oidc.errors import (
    IdentityProviderNotPublicError,
    IdentityProviderUnavailableError,
    IssuerInvalidError,
    IssuerNotPublicError,
)

MAX_BYTES = 512 * 1024
MAX_SECONDS = 8.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ASKING: Mapping[str, Any] = {
    "timeout": httpx.Timeout(5.0, connect=3.0),
    "follow_redirects": False,
    "headers": {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "footnote"},
}


@dataclass(frozen=True, slots=True)
class ProviderResponse:
    """A JSON response with its status; `cache_control` is the value of the header Cache-Control."""

    status: int
    body: Mapping[str, Any]
    cache_control: str


class ProviderHttp:
    """Sends requests to providers. `plain_hosts` may be called without TLS, at any address.

    `may_call` decides which addresses may be called. If it is None, every address is permitted, and https requests use
    the environment's proxies, which resolve names themselves.
    """

    def __init__(
        self, *, plain_hosts: frozenset[str] = frozenset(), may_call: Callable[[Address], bool] | None = is_public
    ) -> None:
        self._plain_hosts = plain_hosts
        self._may_call_address = may_call

    @cached_property
    def _tls(self) -> SSLContext:
        # The context is created once, because loading the CA certificates takes longer than most requests. It is
        # created at first use, because many processes never call a provider.
        return httpx.create_ssl_context()

    def check_address(self, url: str) -> None:
        """Check an issuer's URL. Raises IssuerInvalidError for a forbidden URL, IssuerNotPublicError if the host is an
        IP address that is not permitted.

        The addresses of a host name are checked at each request.
        """
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError as error:
            raise IssuerInvalidError from error
        allowed = parts.scheme == "https" or (parts.scheme == "http" and host in self._plain_hosts)
        plain = url.isascii() and url.isprintable() and not any(character in url for character in ' "<>\\^`{|}')
        if not allowed or not host or not plain or parts.username is not None or "#" in url or len(url) > 500:
            raise IssuerInvalidError
        address = find_literal(host)
        if address is not None and not self._may_call(host, address):
            raise IssuerNotPublicError

    def get_json(self, url: str, *, token: str | None = None) -> ProviderResponse:
        """Fetch JSON; `token` is sent as a bearer token. Raises IdentityProviderUnavailableError,
        IdentityProviderNotPublicError.
        """
        return self._call("GET", url, headers={} if token is None else {"Authorization": f"Bearer {token}"})

    def post_form(self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> ProviderResponse:
        """Send a form; `basic` is (client ID, secret), encoded by RFC 6749 §2.3.1. Raises the errors of `get_json`."""
        auth = None if basic is None else httpx.BasicAuth(quote_plus(basic[0]), quote_plus(basic[1]))
        return self._call("POST", url, data=dict(form), auth=auth)

    def _call(self, method: str, url: str, **more: Any) -> ProviderResponse:
        try:
            self.check_address(url)
            # The request is asynchronous, so that it can be cancelled at any time. Callers run in threads without an
            # event loop.
            response, content = asyncio.run(self._exchange(method, url, **more))
            body = json.loads(content)
        except IssuerNotPublicError as error:
            raise IdentityProviderNotPublicError from error
        # Any fault of a provider counts as an outage; deeply nested JSON raises RecursionError.
        except (httpx.HTTPError, httpx.InvalidURL, IssuerInvalidError, ValueError, RecursionError) as error:
            raise IdentityProviderUnavailableError from error
        if not isinstance(body, dict) or response.status_code >= 500 or response.is_redirect:
            raise IdentityProviderUnavailableError
        return ProviderResponse(response.status_code, body, response.headers.get("Cache-Control", ""))

    async def _exchange(self, method: str, url: str, **more: Any) -> tuple[httpx.Response, bytes]:
        try:
            async with (
                asyncio.timeout(MAX_SECONDS),
                self._client() as client,
                client.stream(method, url, **more) as response,
            ):
                content = b""
                async for part in response.aiter_raw():
                    content += part
                    if len(content) > MAX_BYTES:
                        raise IdentityProviderUnavailableError
                return response, content
        except TimeoutError as error:
            raise IdentityProviderUnavailableError from error

    def _may_call(self, host: str, address: Address) -> bool:
        return self._may_call_address is None or host in self._plain_hosts or self._may_call_address(address)

    def _client(self) -> httpx.AsyncClient:
        if self._may_call_address is None:
            # Plain http requests use no proxy, because requests to loopback must not leave the machine.
            plain = httpx.AsyncHTTPTransport(verify=self._tls)
            return httpx.AsyncClient(verify=self._tls, mounts={"http://": plain}, **_ASKING)
        return httpx.AsyncClient(transport=CheckedTransport(tls=self._tls, may_call=self._may_call), **_ASKING)

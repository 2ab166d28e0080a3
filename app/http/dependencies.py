"""What endpoints ask for: the principal, a service by its type, a page of a list."""

from collections.abc import Callable
from typing import Annotated, Protocol, TypeVar, cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer

from app.core.errors import UnauthenticatedError
from app.core.principal import Principal
from app.http.errors import CrossSiteRequestError
from app.http.limits import RateLimits
from app.observability.tracing import traced

T = TypeVar("T")
PAGE_HEADER = "X-Footnote-Page"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Authenticator(Protocol):
    """Says who a key stands for; `app.identity.service.IdentityService` is one."""

    def authenticate(self, text: str) -> Principal:
        """Raises UnauthenticatedError and those derived from it."""

    def refuse_missing(self) -> Exception:
        """The error for a request without a key."""


class CookieReader(Protocol):
    """Opens the page's session cookie; `app.web.session.SessionCookies` is one."""

    def find_key(self, cookie: str) -> str | None: ...


SESSION_COOKIE = "footnote_session"


def service(kind: type[T]) -> Callable[[Request], T]:
    """A dependency that hands out the service of a type: `Depends(service(RunService))`.

    Services are put into `app.state.services` by the composition root, so that no endpoint imports it.
    """

    def find(request: Request) -> T:
        return cast(T, request.app.state.services[kind])

    return find


async def authenticate(request: Request) -> Principal:
    """The principal of a request, by its key; asked for more than once, it is worked out once.

    Counts the request against its key's rate; a refused one against its address's.
    Raises UnauthenticatedError, CrossSiteRequestError, RateLimitedError.
    """
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    limits: RateLimits = request.app.state.rate_limits
    authenticator: Authenticator = request.app.state.authenticator
    client = request.client.host if request.client else "unknown"
    key = _find_key(request)
    try:
        if key is None:
            raise authenticator.refuse_missing()
        with traced("identity.authenticate"):
            principal = await run_in_threadpool(authenticator.authenticate, key)
    except UnauthenticatedError:
        await limits.hit(request, "refusals", client)
        raise
    request.state.principal = principal
    await limits.hit(request, "requests", str(principal.key_id or principal.user_id))
    return principal


def _find_key(request: Request) -> str | None:
    """The key of the Authorization header, or of the page's cookie (changes then need the page's own header)."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, key = header.partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None
    cookies: CookieReader | None = getattr(request.app.state, "session_cookies", None)
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookies is None or cookie is None:
        return None
    if request.method not in _SAFE_METHODS and PAGE_HEADER.lower() not in request.headers:
        raise CrossSiteRequestError
    return cookies.find_key(cookie)


def limited(name: str) -> Callable[[Request, Principal], object]:
    """A dependency that counts a request against one more rate (`uploads`, `questions`)."""

    async def count(request: Request, principal: CurrentPrincipal) -> None:
        limits: RateLimits = request.app.state.rate_limits
        await limits.hit(request, name, str(principal.key_id or principal.user_id))

    return count


bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    bearerFormat="fn_<prefix>_<secret>",
    description="An API key. Make one with `POST /v1/keys` or `footnote key create`.",
)


# The scheme is named for OpenAPI; `authenticate` reads the header itself, so as to tell each refusal apart.
async def _authenticate_documented(request: Request, _scheme: Annotated[object, Depends(bearer)]) -> Principal:
    return await authenticate(request)


CurrentPrincipal = Annotated[Principal, Depends(_authenticate_documented)]

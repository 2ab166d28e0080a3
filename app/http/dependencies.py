"""FastAPI dependencies of endpoints: the principal, a service by its type, rate limits."""

from collections.abc import Awaitable, Callable
from functools import partial
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
    """Identifies the principal of a request; implemented by `app.identity.authentication.Authentication`."""

    def authenticate(self, text: str) -> Principal:
        """Return the principal of a key or token. Raises UnauthenticatedError and subclasses, UnavailableError."""

    def authenticate_session(self, token: str) -> Principal:
        """Return the principal of a page's session. Raises UnauthenticatedError and subclasses."""

    def refuse_missing(self) -> Exception:
        """Return the error for a request without credentials."""


def service(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """Return a dependency that provides the service of a type: `Depends(service(RunService))`.

    The composition root puts services into `app.state.services`, so endpoints need not import it. The dependency is a
    coroutine: the framework would call a function in a thread.
    """

    async def find(request: Request) -> T:
        return cast(T, request.app.state.services[kind])

    return find


async def authenticate(request: Request) -> Principal:
    """Return the principal of a request's key, token or session. The request is authenticated only once.

    The request counts towards the rate limit of its key or user. If authentication fails, it counts towards the rate
    limit of its address. Raises UnauthenticatedError, CrossSiteRequestError, RateLimitedError.
    """
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    authenticator: Authenticator = request.app.state.authenticator
    try:
        check = _find_check(request, authenticator)
        if check is None:
            raise authenticator.refuse_missing()
        with traced("identity.authenticate"):
            principal = await run_in_threadpool(check)
    except UnauthenticatedError:
        await count_refusal(request)
        raise
    request.state.principal = principal
    await count_request(request, principal)
    return principal


async def authenticate_again(request: Request) -> Principal:
    """Authenticate the request of a running stream again, and return the current principal.

    A stream must end when its key, token or session becomes invalid. This call does not count towards any rate limit.
    Raises UnauthenticatedError, UnavailableError.
    """
    authenticator: Authenticator = request.app.state.authenticator
    check = _find_check(request, authenticator)
    if check is None:
        raise authenticator.refuse_missing()
    return await run_in_threadpool(check)


def _find_check(request: Request, authenticator: Authenticator) -> Callable[[], Principal] | None:
    """Return a function that authenticates the Authorization header or the session cookie; None without credentials.

    A request that changes data and uses the cookie must have PAGE_HEADER. Raises CrossSiteRequestError.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, given = header.partition(" ")
        given = given.strip()
        return partial(authenticator.authenticate, given) if scheme.lower() == "bearer" and given else None
    cookie = request.cookies.get(request.app.state.session_cookie)
    if cookie is None:
        return None
    if request.method not in _SAFE_METHODS and PAGE_HEADER.lower() not in request.headers:
        raise CrossSiteRequestError
    return partial(authenticator.authenticate_session, cookie)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def count_request(request: Request, principal: Principal) -> None:
    """Count a request towards the rate limit of its key or user. Raises RateLimitedError."""
    limits: RateLimits = request.app.state.rate_limits
    await limits.hit(request, "requests", str(principal.key_id or principal.user_id))


async def count_refusal(request: Request) -> None:
    """Count a request with failed authentication towards the rate limit of its address. Raises RateLimitedError."""
    limits: RateLimits = request.app.state.rate_limits
    await limits.hit(request, "refusals", _address(request))


async def count_sign_in(request: Request) -> None:
    """Count a sign-in request towards the sign-in limit of its address. Raises RateLimitedError.

    This is a FastAPI dependency.
    """
    limits: RateLimits = request.app.state.rate_limits
    await limits.hit(request, "sign-ins", _address(request))


def limited(name: str) -> Callable[[Request, Principal], object]:
    """Return a dependency that counts a request towards an additional rate limit (`uploads` or `questions`)."""

    async def count(request: Request, principal: CurrentPrincipal) -> None:
        limits: RateLimits = request.app.state.rate_limits
        await limits.hit(request, name, str(principal.key_id or principal.user_id))

    return count


bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    bearerFormat="fn_<prefix>_<secret>",
    description="An API key (create one with `POST /v1/keys` or `footnote key create`), or a signed token from your "
    "tenant's sign-in provider.",
)


# The scheme is only for the OpenAPI document. `authenticate` reads the header itself, so that it can report why a key
# is rejected.
async def _authenticate_documented(request: Request, _scheme: Annotated[object, Depends(bearer)]) -> Principal:
    return await authenticate(request)


CurrentPrincipal = Annotated[Principal, Depends(_authenticate_documented)]

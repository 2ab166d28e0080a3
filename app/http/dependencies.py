"""What endpoints ask for: the principal, a service by its type, a page of a list."""

from collections.abc import Callable
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
    """Says who a request comes from; `app.identity.authentication.Authentication` is one."""

    def authenticate(self, text: str) -> Principal:
        """Of a key or a provider's token. Raises UnauthenticatedError and those derived from it, UnavailableError."""

    def authenticate_session(self, token: str) -> Principal:
        """Of a page's session. Raises UnauthenticatedError and those derived from it."""

    def refuse_missing(self) -> Exception:
        """The error for a request with none of them."""


def service(kind: type[T]) -> Callable[[Request], T]:
    """A dependency that hands out the service of a type: `Depends(service(RunService))`.

    Services are put into `app.state.services` by the composition root, so that no endpoint imports it.
    """

    def find(request: Request) -> T:
        return cast(T, request.app.state.services[kind])

    return find


async def authenticate(request: Request) -> Principal:
    """The principal of a request, by its key, token or session; asked for more than once, it is worked out once.

    Counts the request against its key's or user's rate; a refused one against its address's.
    Raises UnauthenticatedError, CrossSiteRequestError, RateLimitedError.
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
    """The principal as of now: for streams, which must not outlive the key, token or session that they began with.

    Counts against no rate. Raises UnauthenticatedError, UnavailableError.
    """
    authenticator: Authenticator = request.app.state.authenticator
    check = _find_check(request, authenticator)
    if check is None:
        raise authenticator.refuse_missing()
    return await run_in_threadpool(check)


def _find_check(request: Request, authenticator: Authenticator) -> Callable[[], Principal] | None:
    """What to check: the Authorization header, or else the page's cookie (changes then need the page's own header)."""
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
    """Count a request against its key's or user's rate. Raises RateLimitedError."""
    limits: RateLimits = request.app.state.rate_limits
    await limits.hit(request, "requests", str(principal.key_id or principal.user_id))


async def count_refusal(request: Request) -> None:
    """Count a request that was refused against its address's rate. Raises RateLimitedError."""
    limits: RateLimits = request.app.state.rate_limits
    await limits.hit(request, "refusals", _address(request))


async def count_sign_in(request: Request) -> None:
    """A dependency that counts a request of nobody yet against its address's rate of signing in."""
    limits: RateLimits = request.app.state.rate_limits
    await limits.hit(request, "sign-ins", _address(request))


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
    description="An API key (make one with `POST /v1/keys` or `footnote key create`), or a signed token of a provider "
    "that your tenant signs in at.",
)


# The scheme is named for OpenAPI; `authenticate` reads the header itself, so as to tell each refusal apart.
async def _authenticate_documented(request: Request, _scheme: Annotated[object, Depends(bearer)]) -> Principal:
    return await authenticate(request)


CurrentPrincipal = Annotated[Principal, Depends(_authenticate_documented)]

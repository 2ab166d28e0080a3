"""Checks whether the caller of a running request may still do what the request does.

A request is authorised when it begins. A request that takes longer (an upload, a stream, an export, an answer) asks
this module again: the key or token may have expired or been revoked, the session ended, the user been disabled, or the
operation's permission been removed from the user's roles or the key's scopes.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from fastapi import Request

from app.core.errors import FootnoteError
from app.core.principal import Permission, Principal
from app.http.denials import record_denial
from app.http.dependencies import authenticate_again

T = TypeVar("T")


class Authority:
    """Remembers recent checks. `seconds` is the maximum age of a check that waiting requests share. `clock` returns
    seconds.
    """

    def __init__(self, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._recent: dict[bytes, tuple[float, asyncio.Task[Principal]]] = {}

    async def find_recent(self, request: Request) -> Principal:
        """Authenticate the request; requests with the same credentials share one check for up to `seconds`.

        Raises UnauthenticatedError, UnavailableError.
        """
        credentials = _digest_credentials(request)
        now = self._clock()
        began, check = self._recent.get(credentials, (0.0, None))
        if check is None or now - began >= self.seconds:
            self._recent = {each: found for each, found in self._recent.items() if now - found[0] < self.seconds}
            check = asyncio.create_task(authenticate_again(request))
            self._recent[credentials] = (now, check)
        return await asyncio.shield(check)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a running request. Requests with the same credentials have the same `digest`.

    `authorise` returns the current principal, and raises the errors of `authorise_again`.
    """

    digest: bytes
    authorise: Callable[[], Awaitable[Principal]] = field(repr=False, compare=False)


def find_caller(request: Request) -> Caller:
    return Caller(_digest_credentials(request), partial(authorise_again, request))


async def authorise_again(request: Request) -> Principal:
    """Return the current principal of a running request. Call this before anything is stored or sent.

    Raises UnauthenticatedError, PermissionRequiredError, UnavailableError.
    """
    return _permit(request, await authenticate_again(request))


async def authorise_recently(request: Request) -> Principal:
    """Like `authorise_again`, for a request that waits. The answer may be as old as `Authority.seconds`, so that many
    waiting requests of one key cost one query.
    """
    authority: Authority = request.app.state.authority
    return _permit(request, await authority.find_recent(request))


async def result_while_authorised(request: Request, work: Awaitable[T]) -> T:
    """Return the result of `work`. If the caller's right ends before the work does, cancel the work and raise.

    Raises UnauthenticatedError, PermissionRequiredError, UnavailableError, and the errors of `work`.
    """
    result = await result_of_authorised(request, work)
    await authorise_again(request)
    return result


async def result_of_authorised(request: Request, work: Awaitable[T]) -> T:
    """Like `result_while_authorised`, for work that calls `authorise_again` itself just before it stores its result."""
    authority: Authority = request.app.state.authority
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=authority.seconds))[0]:
            await authorise_recently(request)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def while_authorised(request: Request, items: AsyncIterator[T]) -> AsyncIterator[T]:
    """Yield the items of a response that has begun. The caller is authorised again after each item is read.

    If the right ends, the denial is audited and the error closes the connection, so that the response is incomplete.
    """
    try:
        while True:
            try:
                item = await result_while_authorised(request, anext(items))
            except StopAsyncIteration:
                return
            yield item
    except FootnoteError as error:
        request.state.problem_code = error.code
        await record_denial(request, error)
        raise


def _permit(request: Request, principal: Principal) -> Principal:
    permission: Permission | None = getattr(request.state, "permission", None)
    if permission is not None:
        principal.require(permission)
    return principal


def _digest_credentials(request: Request) -> bytes:
    header = request.headers.get("Authorization")
    given = request.cookies.get(request.app.state.session_cookie, "") if header is None else header
    return hashlib.sha256(given.encode()).digest()

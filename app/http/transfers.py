"""Limits the time, the rate and the number of uploads while they arrive, and checks their caller's right."""

import time
from asyncio import timeout
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Message

from app.core.errors import FootnoteError, UnavailableError
from app.core.principal import Principal
from app.http.authority import Authority, authorise_again, authorise_recently
from app.http.errors import TooManyUploadsError, UploadTimedOutError, UploadTooSlowError

_RETRY_AFTER = {"Retry-After": "5", "Connection": "close"}
"""Headers of a rejected upload. The connection closes, so that the rest of the body is not received."""


UPLOAD_PROBLEMS = (UploadTooSlowError, UploadTimedOutError, TooManyUploadsError)
"""The problems that every upload may cause, for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """Limits of one upload, and of the uploads of one key in this process.

    `seconds` is the time limit. In each `rate_seconds` of waiting for the client, `bytes_per_second` must arrive on
    average.
    """

    seconds: float
    bytes_per_second: int
    rate_seconds: float
    open_per_key: int


class Transfers:
    """Counts the open uploads of each key."""

    def __init__(self, *, limits: TransferLimits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()

    @contextmanager
    def open(self, request: Request, principal: Principal) -> Iterator["Transfer"]:
        """Receive an upload in this block. Raises TooManyUploadsError."""
        caller = str(principal.key_id or principal.user_id)
        if self._open[caller] >= self._limits.open_per_key:
            raise TooManyUploadsError(headers=_RETRY_AFTER, extra={"limit": self._limits.open_per_key})
        self._open[caller] += 1
        try:
            yield Transfer(request, self._limits)
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]


class Transfer:
    """The body of one upload, and the right of its caller to send it."""

    def __init__(self, request: Request, limits: TransferLimits) -> None:
        self._request = request
        self._limits = limits

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body. Raises UploadTooSlowError, UploadTimedOutError, and the errors of `authorise_again`.

        Only the time that the server waits for the client counts towards the rate, not the time to write a piece.
        """
        limits = self._limits
        authority: Authority = self._request.app.state.authority
        ends = time.monotonic() + limits.seconds
        waited, arrived = 0.0, 0
        checked = time.monotonic()
        more = True
        while more:
            began = time.monotonic()
            until = min(ends, began + limits.rate_seconds - waited, checked + authority.seconds)
            message = await self._receive(until - began)
            now = time.monotonic()
            waited += now - began
            body = message.get("body", b"")
            arrived += len(body)
            more = message.get("more_body", False)
            if now >= ends:
                raise UploadTimedOutError(headers=_RETRY_AFTER, extra={"seconds": limits.seconds})
            if waited >= limits.rate_seconds:
                if more and arrived < limits.bytes_per_second * waited:
                    raise UploadTooSlowError(headers=_RETRY_AFTER, extra={"bytes_per_second": limits.bytes_per_second})
                waited, arrived = 0.0, 0
            if more and now - checked >= authority.seconds:
                await self._check_recently()
                checked = time.monotonic()
            if body:
                yield body

    async def authorise(self) -> Principal:
        """Return the caller's current principal. Call this before the file is stored.

        Raises the errors of `authorise_again`.
        """
        return await authorise_again(self._request)

    async def _receive(self, seconds: float) -> Message:
        """Return the next part of the body; an empty part if none arrives in time. Raises ClientDisconnect."""
        try:
            async with timeout(max(0.0, seconds)):
                message = await self._request.receive()
        except TimeoutError:
            return {"body": b"", "more_body": True}
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        return message

    async def _check_recently(self) -> None:
        try:
            await authorise_recently(self._request)
        except UnavailableError:
            return  # Nothing is stored before `authorise` succeeds.
        except FootnoteError as error:
            error.headers |= {"Connection": "close"}
            raise

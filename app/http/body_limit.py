"""The limits of request bodies: 1 MiB, and a time limit. An upload has other limits, which apply while it streams.

The size limit replaces the framework's, which would respond in plain text instead of with a problem document.
"""

import time
from asyncio import timeout

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BODY_BYTES = 1 << 20
_STREAMED = "streamed_body"


def lift_body_limit(scope: Scope) -> None:
    """Disable the limits for an operation that streams its body and enforces its own limits."""
    scope["state"][_STREAMED] = True


class BodyLimitMiddleware:
    """Rejects a body over the size limit, and a body that is not complete `seconds` after its first read.

    If the declared length exceeds the limit, the first read fails. Otherwise, the read that exceeds the limit fails.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = int(declared) if declared.isascii() and declared.isdigit() else 0
        read = 0
        ends: float | None = None
        is_complete = False

        async def receive_limited() -> Message:
            nonlocal read, ends, is_complete
            if scope["state"].get(_STREAMED) or is_complete:
                return await receive()
            if size > JSON_BODY_BYTES:
                raise _too_large()
            now = time.monotonic()
            ends = now + self._seconds if ends is None else ends
            try:
                async with timeout(max(0.0, ends - now)):
                    message = await receive()
            except TimeoutError:
                raise _refuse(408, {"Retry-After": "5"}) from None
            read += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if read > JSON_BODY_BYTES:
                raise _too_large()
            return message

        await self._app(scope, receive_limited, send)


def _too_large() -> HTTPException:
    return _refuse(413, {})


def _refuse(status: int, headers: dict[str, str]) -> HTTPException:
    # Return an HTTPException, because the framework converts any other error during body parsing to status 400.
    return HTTPException(status, headers={**headers, "Connection": "close"})

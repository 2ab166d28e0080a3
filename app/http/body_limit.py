"""The size limit of request bodies: 1 MiB, except for uploads, which check their own limit while they stream.

It replaces the framework's own limit, which responds in plain text before the app can send a problem document.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BODY_BYTES = 1 << 20
_STREAMED = "streamed_body"


def lift_body_limit(scope: Scope) -> None:
    """Lift the limit for an operation that streams its body and enforces its own limit."""
    scope["state"][_STREAMED] = True


class BodyLimitMiddleware:
    """Rejects a body over the limit: at the first read if its length is declared, otherwise once too much was read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = int(declared) if declared.isascii() and declared.isdigit() else 0
        read = 0

        async def receive_limited() -> Message:
            nonlocal read
            if scope["state"].get(_STREAMED):
                return await receive()
            if size > JSON_BODY_BYTES:
                raise _too_large()
            message = await receive()
            read += len(message.get("body", b""))
            if read > JSON_BODY_BYTES:
                raise _too_large()
            return message

        await self._app(scope, receive_limited, send)


def _too_large() -> HTTPException:
    # An HTTPException, because the framework turns any other error during body parsing into a 400.
    return HTTPException(413, headers={"Connection": "close"})

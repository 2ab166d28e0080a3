"""The size limit of request bodies: 1 MiB. An upload has another limit, which its endpoint checks while it streams.

This limit replaces the framework's, which would respond in plain text instead of with a problem document.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BODY_BYTES = 1 << 20
_STREAMED = "streamed_body"


def lift_body_limit(scope: Scope) -> None:
    """Disable the limit for an operation that streams its body and enforces its own limit."""
    scope["state"][_STREAMED] = True


class BodyLimitMiddleware:
    """Rejects a body over the limit.

    If the declared length exceeds the limit, the first read fails. Otherwise, the read that exceeds the limit fails.
    """

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
    # Return an HTTPException, because the framework converts any other error during body parsing to status 400.
    return HTTPException(413, headers={"Connection": "close"})

"""The limit of bodies: 1 MiB for everything but uploads, which check their own while they stream.

The framework's own limit answers in plain text before a problem document could be made, hence this one.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BODY_BYTES = 1 << 20
_STREAMED = "streamed_body"


def lift_body_limit(scope: Scope) -> None:
    """For operations that stream their body and keep a limit of their own."""
    scope["state"][_STREAMED] = True


class BodyLimitMiddleware:
    """Refuses a longer body when it is first read, and one of undeclared length as soon as it is too long."""

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
    # Of the framework's type, because it turns all others that come up while it parses a body into a 400.
    return HTTPException(413, headers={"Connection": "close"})

"""The outermost middleware: it adds a request id and security headers, writes one log line and metrics, and handles
unexpected errors.
"""

import re
import time

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.ids import new_id
from app.core.request import current_client, current_request_id
from app.http.errors import InternalError
from app.http.problems import as_footnote_error, error_response
from app.observability.logging import get_logger, log_context
from app.observability.metrics import Metrics

REQUEST_ID_HEADER = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET_PATHS = frozenset({"/livez", "/readyz", "/metrics"})
# The API returns only data, so browsers must neither execute a response nor show it in a frame. Pages set their own
# policy.
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class RequestContextMiddleware:
    """Wraps the whole application. `https` adds Strict-Transport-Security."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, https: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = dict(_SECURITY_HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = given if _GIVEN_ID.fullmatch(given) else str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        client = scope.get("client")
        token, client_token = current_request_id.set(request_id), current_client.set(client[0] if client else None)
        try:
            with log_context(request_id=request_id):
                await self._serve(scope, receive, send, request_id)
        finally:
            current_client.reset(client_token)
            current_request_id.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        began = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = request_id
                for name, value in (self._headers | scope["state"].get("response_headers", {})).items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            pass  # Nobody receives a response. The request is recorded as 499.
        except Exception as error:
            if status:
                # The status line has already been sent, so only closing the connection can still signal the error.
                # The framework wraps an error that it would have handled before the status line.
                cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
                known = as_footnote_error(cause)
                if known is None:
                    raise
                scope["state"]["problem_code"] = known.code
                return
            footnote_error = as_footnote_error(error)
            if footnote_error is None:
                get_logger(__name__).error("http.request.crashed", exc_info=error)
                footnote_error = InternalError()
            # The request can't be read again, so its page can't offer its form.
            response = await error_response(Request(scope), footnote_error)
            await response(scope, receive, send_with_headers)
        finally:
            self._record(scope, status or 499, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope["state"].get("route") or getattr(scope.get("route"), "path", None) or "unmatched"
        self._metrics.record_request(route=route, method=scope["method"], status=status, seconds=seconds)
        if scope["path"] not in _QUIET_PATHS:
            get_logger(__name__).info(
                "http.request.finished",
                method=scope["method"],
                route=route,
                status=status,
                code=scope["state"].get("problem_code"),
                milliseconds=round(seconds * 1000, 1),
            )

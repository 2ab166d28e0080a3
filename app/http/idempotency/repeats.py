"""Answering a repeated POST: with the kept response, or with what is to be read at its Content-Location now."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from starlette.types import Message, Receive, Scope, Send

MAX_KEPT_BYTES = 1 << 20
REPEATED = "Idempotent-Replayed"
_KEPT_HEADERS = frozenset({"content-type", "location", "etag", "link", "content-location", "cache-control"})

_OF_ROUTE = frozenset({"route", "endpoint", "path_params", "router", "fastapi_inner_astack", "fastapi_function_astack"})


@dataclass(frozen=True, slots=True)
class Kept:
    """What the first request answered. `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def repeat(request: Request, kept: Kept) -> Response:
    location = kept.headers.get("content-location")
    if location is not None:
        return _ReadAgain(request, location, kept.status)
    headers = {name: value for name, value in kept.headers.items() if name in _KEPT_HEADERS}
    return Response(kept.body, status_code=kept.status, headers={**headers, REPEATED: "true"})


class _ReadAgain(Response):
    """Asks the application itself for `location`, as the same principal: what may no longer be seen is not shown."""

    def __init__(self, request: Request, location: str, status: int) -> None:
        self._app = request.app.router
        self._location = location
        self._status = status
        self.status_code = status
        self.background = None
        self.raw_headers = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The framework keeps things of its own in the scope (such as its exit stack): all but the route's goes along.
        inner = {
            **{name: value for name, value in scope.items() if name not in _OF_ROUTE},
            "method": "GET",
            "path": self._location,
            "raw_path": self._location.encode(),
            "query_string": b"",
            "headers": [pair for pair in scope["headers"] if pair[0] in {b"authorization", b"cookie", b"host"}],
        }

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = self._status if message["status"] == 200 else message["status"]
                marked = (REPEATED.lower().encode(), b"true")
                message = {**message, "status": status, "headers": [*message["headers"], marked]}
            await send(message)

        await self._app(inner, receive, send_marked)

"""Replay of a repeated POST: the stored response, or the current content of its Content-Location."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from starlette.types import Message, Receive, Scope, Send

MAX_STORED_BYTES = 1 << 20
REPEATED = "Idempotent-Replayed"
_STORED_HEADERS = frozenset({"content-type", "location", "etag", "link", "content-location", "cache-control"})

_ROUTE_KEYS = frozenset(
    {"route", "endpoint", "path_params", "router", "fastapi_inner_astack", "fastapi_function_astack"}
)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response to the first request. The names in `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def repeat(request: Request, stored: StoredResponse) -> Response:
    location = stored.headers.get("content-location")
    if location is not None:
        return _ReadAgain(request, location, stored.status)
    headers = {name: value for name, value in stored.headers.items() if name in _STORED_HEADERS}
    return Response(stored.body, status_code=stored.status, headers={**headers, REPEATED: "true"})


class _ReadAgain(Response):
    """Requests `location` from the application as the same principal.

    The response therefore omits content that the principal can no longer see.
    """

    def __init__(self, request: Request, location: str, status: int) -> None:
        self._app = request.app.router
        self._location = location
        self._status = status
        self.status_code = status
        self.background = None
        self.raw_headers = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Copy the scope with the framework's own entries, such as its exit stack, but without the entries of the route.
        inner = {
            **{name: value for name, value in scope.items() if name not in _ROUTE_KEYS},
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

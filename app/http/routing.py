"""Routers of the API: their POSTs take an Idempotency-Key, their operations are named after their functions."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.http.body_limit import lift_body_limit
from app.http.dependencies import authenticate
from app.http.idempotency import HEADER, Idempotency, fingerprint

UPLOAD = "x-footnote-upload"
"""In `openapi_extra` of operations that stream their body: they fingerprint it themselves, by its content's digest."""


class ApiRoute(APIRoute):
    """An operation of the API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        template = self.path_format
        streams = UPLOAD in (self.openapi_extra or {})
        idempotent = "POST" in (self.methods or ()) and not streams

        async def handle_request(request: Request) -> Response:
            request.state.route = template
            if streams:
                lift_body_limit(request.scope)
            if not idempotent or HEADER not in request.headers:
                return await handle(request)
            principal = await authenticate(request)
            idempotency: Idempotency = request.app.state.idempotency
            # The Accept header is left out: a question asked as a stream and as JSON is the same request.
            body = await request.body()
            kind = request.headers.get("content-type", "").encode()
            return await idempotency.run(request, principal, fingerprint(request, kind, body), lambda: handle(request))

        return handle_request


def api_router(*, prefix: str, tag: str) -> APIRouter:
    """The router of a feature; `prefix` begins with `/v1`."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=ApiRoute, generate_unique_id_function=lambda route: route.name
    )

"""Routers of the API. Each operation declares the permission that it requires. Every POST accepts an Idempotency-Key.
Operation ids are the names of the endpoint functions.
"""

import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from app.core.principal import Permission, Principal
from app.http.authority import authorise_again
from app.http.body_limit import lift_body_limit
from app.http.dependencies import authenticate
from app.http.idempotency.keys import HEADER, Idempotency, fingerprint
from app.http.openapi.document import PERMISSION

UPLOAD = "x-footnote-upload"
"""The `openapi_extra` key for operations that stream their body, and compute the idempotency fingerprint themselves."""

SIGNED_IN: dict[str, Any] = {PERMISSION: "signed-in"}
"""The `openapi_extra` of operations that anyone with a valid key may call, regardless of roles and scopes."""


_SAFE_METHODS = frozenset({"GET", "HEAD"})
_SLOW_BODY_SECONDS = 0.25
"""After a body that takes longer, the request is authorised again: its caller's right may have ended meanwhile."""


class UndeclaredRouteError(TypeError):
    """An operation does not declare its permission. This is a programming error, which is detected at start."""


def needs(permission: Permission) -> dict[str, Any]:
    """Return `openapi_extra` with the required permission. It is checked before the request's body is read."""
    return {PERMISSION: permission.value}


class ApiRoute(APIRoute):
    """An operation of the API. Raises UndeclaredRouteError if constructed without a permission."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        declared = (self.openapi_extra or {}).get(PERMISSION)
        if declared is None:
            raise UndeclaredRouteError(
                f"{self.name} ({path}) declares no permission: give needs(Permission.…) or SIGNED_IN in openapi_extra."
            )
        self.permission = None if declared == SIGNED_IN[PERMISSION] else Permission(declared)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        template = self.path_format
        streams = UPLOAD in (self.openapi_extra or {})
        idempotent = "POST" in (self.methods or ()) and not streams

        async def handle_request(request: Request) -> Response:
            request.state.route = template
            request.state.permission = self.permission
            principal = await authenticate(request)
            if self.permission is not None:
                principal.require(self.permission)
            if streams:
                lift_body_limit(request.scope)
            elif request.method not in _SAFE_METHODS:
                principal = await _receive_body(request, principal)
            if not idempotent or HEADER not in request.headers:
                return await handle(request)
            idempotency: Idempotency = request.app.state.idempotency
            # The fingerprint ignores the Accept header, so a question may be asked as a stream and repeated as JSON.
            body = await request.body()
            kind = request.headers.get("content-type", "").encode()
            return await idempotency.run(request, principal, fingerprint(request, kind, body), lambda: handle(request))

        return handle_request


async def _receive_body(request: Request, principal: Principal) -> Principal:
    """Receive the whole body, and authorise the request again if that took long. Return the current principal."""
    began = time.monotonic()
    await request.body()
    if time.monotonic() - began >= _SLOW_BODY_SECONDS:
        principal = request.state.principal = await authorise_again(request)
    return principal


class FeatureRouter(APIRouter):
    """A router that looks at its routes only for paths below its prefix. The framework compares each path with every
    route of all routers before, which took a tenth of the processor time of short requests.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if not path.startswith(self.prefix):
                return Match.NONE, {}
        return super().matches(scope)


def api_router(*, prefix: str, tag: str) -> APIRouter:
    """Return the router of a feature; `prefix` starts with `/v1`."""
    return FeatureRouter(
        prefix=prefix, tags=[tag], route_class=ApiRoute, generate_unique_id_function=lambda route: route.name
    )


def check_declared(routers: Iterable[APIRouter]) -> None:
    """Check that every operation declares its permission. Raises UndeclaredRouteError."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, ApiRoute):
                raise UndeclaredRouteError(f"{route} has no permission check: create its router with api_router.")

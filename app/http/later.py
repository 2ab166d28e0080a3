"""Routes that are loaded at their first request, so that rarely used features do not slow down the start."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class LaterRoutes(BaseRoute):
    """Replaces the routes below `prefix` until the first request to one of them. That request waits for `load`.

    `load` runs in a thread, so other requests continue. If `load` fails, the next request to a route calls it again.
    """

    def __init__(self, app: FastAPI, *, prefix: str, load: Callable[[], APIRouter]) -> None:
        self.path = f"{prefix}/{{rest:path}}"
        self._app = app
        self._below = f"{prefix}/"
        self._load = load
        self._loading = asyncio.Lock()
        self._is_loaded = False

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if self._is_loaded or scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return (Match.FULL if path.startswith(self._below) else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._loading:
            if not self._is_loaded:
                self._app.include_router(await run_in_threadpool(self._load))
                self._is_loaded = True
        await self._app.router(scope, receive, send)

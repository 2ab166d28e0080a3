"""Routes whose modules are imported at the first call."""

import asyncio
import threading
from collections.abc import Callable

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from app.http.later import LaterRoutes


def make_app(load: Callable[[], APIRouter]) -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    app.router.routes.append(LaterRoutes(app, prefix="/later", load=load))
    app.add_api_route("/now", lambda: "now")
    return app


def make_router() -> APIRouter:
    router = APIRouter(prefix="/later")
    router.add_api_route("/{name}", lambda name: name)
    return router


def call(app: FastAPI, *paths: str, method: str = "GET") -> list[httpx.Response]:
    """Send calls concurrently and return the responses."""

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await asyncio.gather(*(client.request(method, path) for path in paths))

    return asyncio.run(send())


def test_concurrent_first_calls_import_the_routes_once():
    loads = []

    def load() -> APIRouter:
        loads.append(1)
        return make_router()

    app = make_app(load)
    assert [answer.json() for answer in call(app, "/later/a", "/later/b", "/later/c")] == ["a", "b", "c"]
    assert call(app, "/later/d")[0].json() == "d"
    assert len(loads) == 1


def test_other_routes_respond_during_the_import():
    answered = threading.Event()

    def load() -> APIRouter:
        assert answered.wait(10), "the other route waited for the load"
        return make_router()

    app = make_app(load)
    app.add_api_route("/ends-the-wait", answered.set)
    assert [answer.status_code for answer in call(app, "/now", "/later", "/laterx")] == [200, 404, 404]
    assert [answer.status_code for answer in call(app, "/later/a", "/ends-the-wait")] == [200, 200]


def test_first_call_with_a_wrong_method_or_path_is_refused():
    assert [answer.status_code for answer in call(make_app(make_router), "/later/a", method="POST")] == [405]
    assert [answer.status_code for answer in call(make_app(make_router), "/later/a/b")] == [404]


def test_failed_import_is_retried_at_the_next_call():
    loads = [RuntimeError("no memory"), make_router()]

    def load() -> APIRouter:
        made = loads.pop(0)
        if isinstance(made, RuntimeError):
            raise made
        return made

    app = make_app(load)
    with pytest.raises(RuntimeError):
        call(app, "/later/a")
    assert call(app, "/later/a")[0].json() == "a"

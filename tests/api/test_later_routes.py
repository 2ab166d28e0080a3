"""Addresses whose code is loaded when one of them is first called."""

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
    """The answers to calls made at once."""

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await asyncio.gather(*(client.request(method, path) for path in paths))

    return asyncio.run(send())


def test_first_calls_at_once_are_all_answered_and_what_answers_them_is_loaded_once():
    loads = []

    def load() -> APIRouter:
        loads.append(1)
        return make_router()

    app = make_app(load)
    assert [answer.json() for answer in call(app, "/later/a", "/later/b", "/later/c")] == ["a", "b", "c"]
    assert call(app, "/later/d")[0].json() == "d"
    assert len(loads) == 1


def test_other_addresses_load_nothing_and_are_answered_while_one_loads():
    answered = threading.Event()

    def load() -> APIRouter:
        assert answered.wait(10), "the other address waited"
        return make_router()

    app = make_app(load)
    app.add_api_route("/ends-the-wait", answered.set)
    assert [answer.status_code for answer in call(app, "/now", "/later", "/laterx")] == [200, 404, 404]
    assert [answer.status_code for answer in call(app, "/later/a", "/ends-the-wait")] == [200, 200]


def test_the_first_call_is_refused_as_any_other():
    assert [answer.status_code for answer in call(make_app(make_router), "/later/a", method="POST")] == [405]
    assert [answer.status_code for answer in call(make_app(make_router), "/later/a/b")] == [404]


def test_after_a_load_that_failed_the_next_call_tries_again():
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

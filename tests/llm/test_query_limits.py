"""Limits of the vector of a question, with a real HTTP server as the endpoint."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.llm.errors import ModelUnavailableError
from app.llm.factory import build_embedder
from app.llm.port import Embedder, EmbeddingSpaceSpec
from app.llm.query_limits import LimitedEmbedder
from tests.conftest import SHUTDOWN_POLL

SPACE = EmbeddingSpaceSpec("m", 2, "1")
UNREACHABLE = "http://127.0.0.1:9/v1"
LONG = 60.0

Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(respond: Respond) -> Iterator[tuple[str, list[str]]]:
    """Serve an endpoint; yield its URL and the list of the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            respond(self)

        def log_message(self, *_: object) -> None:
            """Write no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(SHUTDOWN_POLL,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def build(url: str, query_seconds: float) -> Embedder:
    return build_embedder(base_url=url, api_key="none", space=SPACE, send_dimensions=False, query_seconds=query_seconds)


def reject(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(429)
    handler.send_header("Retry-After", "90")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_busy_endpoint_is_asked_once_and_then_left_alone() -> None:
    with serving(reject) as (url, asked):
        embedder = build(url, LONG)
        for _ in range(3):
            with pytest.raises(ModelUnavailableError, match="rate limit"):
                embedder.embed_query("a")
        assert asked == ["/v1/embeddings"]


@pytest.mark.parametrize("sends", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_silent_endpoint_is_given_up(sends: bytes) -> None:
    ended = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(sends)
        ended.wait()

    with serving(hang) as (url, asked):
        with pytest.raises(ModelUnavailableError, match="did not respond in time"):
            build(url, 0.2).embed_query("a")
        ended.set()
        assert len(asked) <= 1


def test_endpoint_that_refuses_connections_is_unavailable() -> None:
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        build(UNREACHABLE, LONG).embed_query("a")


class Stub:
    """A stub `Embedder` whose `embed_query` runs `behave`."""

    space = SPACE

    def __init__(self, behave):
        self.embed_query = behave


def test_call_that_never_ends_is_given_up_and_such_calls_are_limited() -> None:
    ended, started = threading.Event(), []

    def hang(text):
        started.append(text)
        ended.wait()

    embedder = LimitedEmbedder(Stub(hang), query_seconds=0.001)
    try:
        for _ in range(40):
            with pytest.raises(ModelUnavailableError):
                embedder.embed_query("a")
        assert len(started) <= 32
    finally:
        ended.set()


def test_endpoint_is_asked_again_after_its_delay_but_never_later_than_two_minutes() -> None:
    now, asked = [0.0], []

    def busy(text):
        asked.append(now[0])
        raise ModelUnavailableError(retry_after=100_000.0)

    embedder = LimitedEmbedder(Stub(busy), query_seconds=LONG, monotonic=lambda: now[0])
    for at in (0.0, 119.0, 121.0):
        now[0] = at
        with pytest.raises(ModelUnavailableError):
            embedder.embed_query("a")
    assert asked == [0.0, 121.0]


def test_other_errors_of_the_embedder_are_raised_as_they_are() -> None:
    def fail(text):
        raise KeyError(text)

    with pytest.raises(KeyError):
        LimitedEmbedder(Stub(fail)).embed_query("a")

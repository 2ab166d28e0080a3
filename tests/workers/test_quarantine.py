"""The quarantine's process: how it ends, and what its end says about the file."""

import faulthandler
import os
import signal
import time
import traceback
from pathlib import Path
from uuid import UUID, uuid4

import psutil
import pytest
from celery.exceptions import SoftTimeLimitExceeded

from app.core.errors import UnavailableError
from app.jobs.states import Cause, Lease
from workers.pipeline.quarantine import Quarantine

MIB = 1024 * 1024


def lease() -> Lease:
    ids = [uuid4() for _ in range(5)]
    return Lease(
        *ids,
        stage="chunk",
        position=3,
        token=2,
        owner="x",
        attempt=2,
        outages=0,
        ended=0,
        crashes=0,
        outputs={},
        trace=None,
    )


def start(run, *, memory_bytes=256 * MIB):
    return Quarantine(run=run, memory_bytes=memory_bytes).start(lease())


def kill_self(number):
    faulthandler.disable()  # pytest's handler would print a traceback
    os.kill(os.getpid(), number)
    time.sleep(30)


def allocate(size):
    return bytearray(size)


def fill_and_die(_lease):
    kept = allocate(100 * MIB)
    kept[::4096] = b"x" * len(kept[::4096])
    kill_self(signal.SIGKILL)


def test_outcome_of_the_stage_is_returned():
    assert start(lambda given: f"{given.stage} done").wait() == "chunk done"


@pytest.mark.parametrize(
    ("run", "cause"),
    [
        (lambda _: kill_self(signal.SIGSEGV), Cause.CRASH),
        (lambda _: kill_self(signal.SIGKILL), Cause.CRASH),
        (lambda _: os._exit(7), Cause.CRASH),
        (lambda _: exit_at_once(), Cause.CRASH),
        (lambda _: kill_self(signal.SIGXCPU), Cause.TIME),
        (lambda _: allocate(512 * MIB), Cause.MEMORY),
        (fill_and_die, Cause.MEMORY),
    ],
    ids=["segmentation fault", "killed", "exit", "sys.exit", "CPU time", "over the limit", "killed with much memory"],
)
def test_death_of_the_process_has_a_cause(run, cause):
    assert start(run).wait() is cause


def exit_at_once():
    raise SystemExit(0)


@pytest.mark.parametrize(
    "run",
    [lambda _: kill_self(signal.SIGTERM), lambda _: raise_outage()],
    ids=["stopped from outside", "database down"],
)
def test_end_that_is_not_the_files_fault_has_no_cause(run):
    assert start(run).wait() is None


def raise_outage():
    raise UnavailableError


def test_time_limit_of_the_worker_kills_the_process():
    process = start(lambda _: time.sleep(60))

    def interrupt(_, frame):
        if frame is not None and process.wait.__code__ in [each.f_code for each, _ in traceback.walk_stack(frame)]:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        assert process.wait() is Cause.TIME
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not psutil.pid_exists(process.pid)


def test_process_ends_with_its_worker(tmp_path: Path, wait_for):
    note = tmp_path / "pid"

    def run(_lease):
        note.write_text(str(os.getpid()))
        time.sleep(60)

    worker = os.fork()
    if worker == 0:
        try:
            start(run).wait()
        finally:
            os._exit(1)
    wait_for(lambda: note.exists() and note.read_text(), what="the process in quarantine")
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    wait_for(lambda: not is_running(int(note.read_text())), what="the end of the process")


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_lease_counts_deaths_and_failures_apart():
    counted = Lease(
        *[UUID(int=0)] * 5, stage="parse", position=1, token=9, owner="x", attempt=9, outages=2, ended=6, crashes=1,
        outputs={}, trace=None,
    )  # fmt: skip
    assert (counted.deaths, counted.failures) == (2, 3)

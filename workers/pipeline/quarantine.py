"""Runs a stage in a process of its own, after an attempt whose worker died.

The worker waits for the process. If the process dies and the worker survives, the file has killed the process. If the
worker dies too, as it does when the machine is switched off or all workers are killed, the file is not at fault: the
attempt has no recorded end, and counts as the death of a worker.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from celery.exceptions import SoftTimeLimitExceeded

from app.jobs.states import Cause, Lease
from app.observability.logging import get_logger

log = get_logger(__name__)

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_DONE, _RAISED, _OUT_OF_MEMORY, _EXITED = 0, 64, 65, 66
_OUTSIDE = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals that people and service managers send to stop a process."""
_OUTCOME_BYTES = 200


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Starts processes that run a stage. `run` runs in the new process, and returns the outcome.

    The new process may allocate `memory_bytes` more than it has at its start.
    """

    run: Callable[[Lease], str]
    memory_bytes: int

    def start(self, lease: Lease) -> "QuarantinedProcess":
        """Fork the process. It has none of the worker's threads, so `run` builds its own parts."""
        log.info("jobs.stage.quarantined", stage=lease.stage, deaths=lease.deaths, crashes=lease.crashes)
        sys.stdout.flush()
        sys.stderr.flush()
        reader, writer = os.pipe()
        worker, kills = os.getpid(), _count_oom_kills()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            self._run_process(lease, writer, worker)
        os.close(writer)
        return QuarantinedProcess(pid=pid, reader=reader, kills_before=kills, memory_bytes=self.memory_bytes)

    def _run_process(self, lease: Lease, writer: int, worker: int) -> NoReturn:
        code = _EXITED
        try:
            _end_with(worker)
            _limit_memory(self.memory_bytes)
            os.write(writer, b"%d\n" % _statm(1))
            os.write(writer, self.run(lease).encode()[:_OUTCOME_BYTES])
            code = _DONE
        except MemoryError:
            code = _OUT_OF_MEMORY
        except Exception:
            # The runner records the stage's own errors. This one is ours, such as a database that is down.
            log.exception("jobs.stage.quarantine_failed", stage=lease.stage)
            code = _RAISED
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # without the exit handlers, which belong to the worker


@dataclass(frozen=True, slots=True)
class QuarantinedProcess:
    """A running process of the quarantine. `wait` must be called once."""

    pid: int
    reader: int
    kills_before: int
    memory_bytes: int

    def wait(self) -> str | Cause | None:
        """Wait for the end of the process. Return the stage's outcome, or the cause if the file killed the process.

        Return None if the process ended for another reason. If the worker's time limit interrupts this call, kill the
        process, too.
        """
        try:
            with os.fdopen(self.reader, "rb") as report:
                at_start, _, outcome = report.read().partition(b"\n")
            _, status, usage = os.wait4(self.pid, 0)
        except SoftTimeLimitExceeded:
            self._kill()
            return Cause.TIME
        except BaseException:
            self._kill()
            raise
        code = os.waitstatus_to_exitcode(status)
        if code == _DONE:
            return outcome.decode()
        grown = usage.ru_maxrss * 1024 - int(at_start) if at_start else 0
        return self._cause(code, grown=grown)

    def _cause(self, code: int, *, grown: int) -> Cause | None:
        if code == _RAISED or -code in _OUTSIDE:
            return None
        if code == _OUT_OF_MEMORY:
            return Cause.MEMORY
        if -code == signal.SIGXCPU:
            return Cause.TIME
        if -code == signal.SIGKILL:
            if grown >= self.memory_bytes // 4:
                return Cause.MEMORY
            if _count_oom_kills() > self.kills_before:
                return None  # other processes have used up the machine's memory
        return Cause.CRASH

    def _kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.wait4(self.pid, 0)


def _end_with(worker: int) -> None:
    """Let the kernel kill this process when the worker dies, and stop at signals without Celery's handlers."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker:
        os._exit(_RAISED)  # the worker died before PR_SET_PDEATHSIG took effect


def _limit_memory(more: int) -> None:
    """Let this process allocate `more` bytes. A larger allocation raises MemoryError."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _statm(0) + more
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _statm(field: int) -> int:
    """Return a field of /proc/self/statm in bytes: 0 is the address space, 1 the resident memory (proc(5))."""
    return int(Path("/proc/self/statm").read_text().split()[field]) * resource.getpagesize()


def _count_oom_kills() -> int:
    """Return how many processes the kernel has killed because memory ran out; 0 if the kernel does not count them."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)

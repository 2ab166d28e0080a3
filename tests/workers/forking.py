"""Fork relays and workers from a process that has already imported their code, so that they start quickly."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from app.stack.processes import open_log

PR_SET_PDEATHSIG = 1  # linux/prctl.h
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.workers.forking_preload"])


class Forked:
    """A running process, with the part of the `subprocess.Popen` interface that tests use."""

    def __init__(self, main: Callable[[], object], *, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        self._process = SERVER.Process(target=_run, args=(main, log, dict(environment)), daemon=True)
        self._process.start()
        assert self._process.pid is not None, "it was started"
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Wait for the process to end; return its exit code. Raises TimeoutError after `seconds`."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"process {self.pid} did not end in {seconds:g} s")
        return code

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


def _run(main: Callable[[], object], log: Path, environment: dict[str, str]) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    with open_log(log) as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    gc.enable()
    sys.exit(main())

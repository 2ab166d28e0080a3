"""Starts and stops child processes.

Each child has its own process group, is stopped when this process ends, and writes its output to a log file.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from signal import SIGTERM, Signals
from typing import BinaryIO

import psutil

TETHER = Path(__file__).with_name("tether.py")


def start_tethered(
    command: Sequence[str],
    *,
    log: Path,
    death_signal: Signals,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` (an absolute path and arguments) in its own process group, and append its output to `log`.

    When the calling thread ends, the child receives `death_signal`. Therefore call this from a thread that runs for as
    long as the child is needed.
    """
    tether = [sys.executable, "-I", "-S", str(TETHER), death_signal.name, str(os.getpid()), user or "-"]
    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603  commands are constants, never input
            [*tether, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=directory,
            start_new_session=True,
        )


def open_log(log: Path) -> BinaryIO:
    """Open the log for appending, so that `app.stack.logs` can empty it while a process writes to it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("ab")


def end_process(process: subprocess.Popen[bytes], steps: Sequence[tuple[Signals, float]]) -> None:
    """End a child. Send the signals in turn, and wait the given seconds after each, until the child has ended."""
    for signal, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    process.wait(5)


def end_together(seconds: Mapping[subprocess.Popen[bytes], float]) -> None:
    """Send SIGTERM to all children at once. Kill each child that is still running after its number of seconds."""
    running = [process for process in seconds if process.poll() is None]
    for process in running:
        process.send_signal(SIGTERM)
    started = time.monotonic()
    for process in running:
        try:
            process.wait(max(0.0, started + seconds[process] - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            # A child that cannot be ended must not delay the others.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)


def end_all(processes: Iterable[psutil.Process], steps: Sequence[tuple[Signals, float]]) -> None:
    """End processes that are not children of this one. Send the signals in turn; wait the given seconds after each."""
    left = list(processes)
    for signal, seconds in steps:
        for process in left:
            try:
                process.send_signal(signal)
            except psutil.NoSuchProcess:
                continue
        _, left = psutil.wait_procs(left, timeout=seconds)
        if not left:
            return


def describe_end(code: int) -> str:
    """Describe the exit code of a process or of its keeper, for example as "killed by SIGKILL" or "exit code 1".

    A keeper's exit code is that of its command, modulo 256: subprocess reports a signal as a negative number.
    """
    number = code if code < 0 else code - 256
    with contextlib.suppress(ValueError):
        return f"killed by {Signals(-number).name}"
    return f"exit code {code}"


def tail(log: Path, lines: int = 8) -> str:
    """Return the last lines of a log, for an error message; empty if there is no log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """Call `ready()` every 20 ms until it returns true. Return False after `seconds`, or if `process` ends before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(0.02)
    return False

"""Starting and ending of child processes.

In a group of their own, tethered to us, their output in a log file.
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

LARGEST_LOG = 20_000_000
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
    """Start `command` (an absolute path and arguments) in its own process group, its output appended to
    `log`.

    It gets `death_signal` when the calling thread ends, so call this from a thread that lives as long as the
    child should.
    """
    tether = [sys.executable, "-I", "-S", str(TETHER), death_signal.name, str(os.getpid()), user or "-"]
    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603  commands come from our own tables, never from input
            [*tether, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=directory,
            start_new_session=True,
        )


def open_log(log: Path) -> BinaryIO:
    """The log, opened for appending; one that has grown over 20 MB is set aside first, as `.1`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_name(log.name + ".1"))
    return log.open("ab")


def end_process(process: subprocess.Popen[bytes], steps: Sequence[tuple[Signals, float]]) -> None:
    """End a child: each signal in turn, waiting its number of seconds, until it is gone."""
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
    """Ask children to end, all at once; each is killed when it has not ended within its number of seconds."""
    asked = [process for process in seconds if process.poll() is None]
    for process in asked:
        process.send_signal(SIGTERM)
    begun = time.monotonic()
    for process in asked:
        try:
            process.wait(max(0.0, begun + seconds[process] - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            # One that can't be ended must not keep the others.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)


def end_all(processes: Iterable[psutil.Process], steps: Sequence[tuple[Signals, float]]) -> None:
    """End processes that are not our children (an earlier owner's).

    Each signal in turn, until all are gone.
    """
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


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error's sentence; empty when there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """Whether `ready()` came true while `process` lived, asked every 20 ms for up to `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(0.02)
    return False

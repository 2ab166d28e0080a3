"""Run a command and, when it or its owner ends, end all that it started: `python -I -S keeper.py SECONDS
OWNER_PID COMMAND…`.

A worker has children (Celery's pool, the sandbox's readers), and these have children; a kill -9 of any of
them would leave the ones below running. The keeper is the subreaper of the whole tree (prctl(2),
PR_SET_CHILD_SUBREAPER): orphans come to it, so it can find and end every one. On SIGTERM, or when its owner
is gone, it asks the command to end, and insists after SECONDS. If the keeper itself is killed, the command
gets SIGKILL. Like `tether.py`, the file stands alone.
"""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def start(command: list[str]) -> int:
    keeper = os.getpid()
    child = os.fork()
    if child:
        return child
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper:
        os._exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606  a fixed argument list and no shell is what is wanted here
    finally:
        os._exit(127)


def children() -> list[int]:
    """Our children's process ids (proc(5), /proc/pid/task/tid/children); none where there is no such file."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def end_descendants() -> None:
    """Kill what is left, generation by generation: whoever loses its parent becomes our child."""
    while True:
        for pid in children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def main(arguments: list[str]) -> int:
    seconds, owner, *command = arguments
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Until the handlers are there, a signal waits.
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGALRM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(owner):
        return 1
    child = start(command)

    def ask(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        signal.alarm(max(1, int(seconds)))

    def insist(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGALRM, insist)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    while True:
        pid, status = os.wait()
        if pid == child:
            break
    signal.alarm(0)
    end_descendants()
    return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

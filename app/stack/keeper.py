"""Run a command, and kill all its descendants when it ends: `python -I -S keeper.py SECONDS OWNER_PID COMMAND…`.

A worker has children (Celery's pool, the sandbox's zygotes) and grandchildren. A kill -9 of one process would leave its
descendants running. The keeper is therefore the subreaper of the whole tree (prctl(2), PR_SET_CHILD_SUBREAPER): orphans
become its children, so it can find and kill each of them.

On SIGTERM, or when its owner dies, the keeper sends SIGTERM to the command, and SIGKILL after SECONDS. On SIGQUIT, it
sends SIGKILL at once, as a frozen command does not react to anything else. If the keeper itself is killed, the kernel
kills the command. Like `tether.py`, this file imports nothing of the app.
"""

import contextlib
import ctypes
import os
import resource
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
        os.execv(command[0], command)  # noqa: S606  a fixed argument list, deliberately without a shell
    finally:
        os._exit(127)


def children() -> list[int]:
    """Return the ids of this process's children (proc(5), /proc/pid/task/tid/children); empty without that file."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def end_descendants() -> None:
    """Kill all remaining descendants, from the children on. The children of a killed child become this process's."""
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
    # A core dump would contain decrypted text.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Block signals until the handlers are installed.
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGALRM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(owner):
        return 1
    child = start(command)

    def terminate(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        signal.alarm(max(1, int(seconds)))

    def force(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGINT, terminate)
    signal.signal(signal.SIGQUIT, force)
    signal.signal(signal.SIGALRM, force)
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

"""The zygote: a small single-threaded process that imports the parsers once and forks one child per job.

`Sandbox` starts it as `python -m app.sandbox.zygote FD OWNER_PID`. It exits when the owner closes the socket or when
its parent is no longer the owner. If the zygote dies, the kernel kills its child.
"""

import gc
import os
import resource
import select
import signal
import socket
import sys
import time
from typing import Any

from app.sandbox.child import cut_off_network, preload, run_child
from app.sandbox.protocol import INPUT_DESCRIPTOR, DisconnectedError, End, Limits, receive_frame, send_frame

_POLL_SECONDS = 1.0
_MEMORY_SHARE = 0.85
"""If a signal kills a child that uses at least this share of its memory limit, the child counts as out of memory."""


_GC_OBJECTS = 50_000
"""A collection of the youngest objects runs after this many new ones: parsed documents are many objects without
cycles.
"""


def main(arguments: list[str]) -> int:
    """Serve jobs until the owner exits.

    The first frame lists the modules to import in "preload". The reply contains "ready", and "error" if an import
    failed.
    """
    control = socket.socket(fileno=int(arguments[0]))
    owner = int(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    isolated = cut_off_network()
    try:
        start, _ = receive_frame(control)
        try:
            preload(start["preload"])
        except Exception as error:  # noqa: BLE001 - any import error is sent to the owner, which raises it
            send_frame(control, {"ready": False, "error": f"{type(error).__name__}: {error}"})
            return 1
        gc.collect()
        gc.freeze()  # prevents copying of memory pages when the collector marks objects
        gc.set_threshold(_GC_OBJECTS)
        send_frame(control, {"ready": True, "network": not isolated})
        while _wait_for_job(control, owner):
            job, fds = receive_frame(control, max_fds=2)
            if "target" in job:  # a frame without "target" is a late stop request for a finished job
                send_frame(control, _run(control, owner, job, fds[0], fds[1:]))
    except DisconnectedError:
        return 0
    return 0


def _wait_for_job(control: socket.socket, owner: int) -> bool:
    while os.getppid() == owner:
        if select.select([control], [], [], _POLL_SECONDS)[0]:
            return True
    return False


def _run(control: socket.socket, owner: int, job: dict[str, Any], result_fd: int, files: list[int]) -> dict[str, Any]:
    limits = Limits(*job["limits"])
    alive_read, alive_write = os.pipe()
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            control.close()
            os.close(alive_read)
            for file in files:
                os.dup2(file, INPUT_DESCRIPTOR)
            run_child(job["target"], job["payload"], limits, result_fd, zygote)
            code = 0
        finally:
            os._exit(code)
    os.close(alive_write)
    for descriptor in (result_fd, *files):
        os.close(descriptor)
    try:
        end = _watch(control, owner, pid, alive_read, limits.wall_seconds)
    finally:
        _kill_group(pid)
        _, status, usage = os.wait4(pid, 0)
        os.close(alive_read)
    return {"id": job["id"], "end": int(end or _ending(status, usage, limits)), "status": status}


def _watch(control: socket.socket, owner: int, pid: int, alive: int, wall_seconds: float) -> End | None:
    """Wait until the child ends, or return the reason why it must be killed.

    Only the child has the write end of `alive`, so `alive` reaches end of file when the child ends.
    """
    deadline = time.monotonic() + wall_seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return End.WALL_TIME
        ready, _, _ = select.select([alive, control.fileno()], [], [], min(left, _POLL_SECONDS))
        if alive in ready:
            return None
        if control.fileno() in ready:
            receive_frame(control)  # during a job, the owner sends only a stop request
            return End.KILLED
        if os.getppid() != owner:
            raise DisconnectedError
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return None


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # the process group may not exist yet
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _ending(status: int, usage: resource.struct_rusage, limits: Limits) -> End:
    if not os.WIFSIGNALED(status):
        return End.EXITED
    if os.WTERMSIG(status) == signal.SIGXCPU or usage.ru_utime + usage.ru_stime >= limits.cpu_seconds:
        return End.CPU_TIME
    if usage.ru_maxrss * 1024 >= _MEMORY_SHARE * limits.memory_bytes:
        return End.MEMORY
    return End.SIGNALLED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

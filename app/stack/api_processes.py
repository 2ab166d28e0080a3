"""Serves the API with several processes on one port.

One process runs Python on one core only. The main process loads the code once and forks the others, which share its
memory. It accepts every connection itself and passes it to the process with the fewest open connections: with a shared
socket, the process that wakes first would accept all of them.
"""

import array
import ctypes
import gc
import mmap
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from signal import SIGINT, SIGKILL, SIGTERM
from typing import NoReturn

from app.core.watchdog import notify_watchdog
from app.observability.logging import get_logger
from app.stack.watchdog import Watchdog

STARTUP_FAILURE = 3
"""The exit code that uvicorn's own command returns after a failed start."""

BACKLOG = 2048
CHECK_SECONDS = 0.5
STOP_SECONDS = 11.0
"""The time for a clean stop: uvicorn's own limit, and a second."""

MAX_BACKOFF_SECONDS = 30.0
_STEADY_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h

log = get_logger(__name__)

Serve = Callable[["Connections"], None]
"""Serves the connections until SIGTERM, or until the main process ends."""


@dataclass(frozen=True, slots=True)
class Connections:
    """A serving process's end: the channel that brings its connections, and where it tells of itself."""

    channel: socket.socket
    _slot: memoryview

    def receive(self) -> socket.socket | None:
        """Return the next connection; None if there is none now. Raises EOFError when the main process has ended."""
        try:
            message, ancillary, _, _ = self.channel.recvmsg(1, socket.CMSG_SPACE(array.array("i").itemsize))
        except BlockingIOError:
            return None
        if not message:
            raise EOFError
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                (number,) = array.array("i", data[: array.array("i").itemsize])
                return socket.socket(fileno=number)
        return None

    def mark_started(self) -> None:
        self._slot[1] = 1

    def mark_closed(self) -> None:
        """Count a connection that has ended."""
        self._slot[0] += 1


@dataclass(slots=True)
class _Child:
    name: str
    slot: memoryview
    """The number of its connections that have ended, and whether it has started."""
    pid: int = 0
    channel: socket.socket | None = None
    sent: int = 0
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0

    @property
    def open(self) -> int:
        return self.sent - int(self.slot[0])


class ApiProcesses:
    """Starts `count` processes that run `serve`, and replaces those that end or freeze. It is used once.

    `listener` is bound. After SIGTERM or SIGINT it stops accepting, and waits for the processes' clean stop.
    """

    def __init__(self, *, serve: Serve, listener: socket.socket, count: int, frozen_seconds: float) -> None:
        self._serve = serve
        self._listener = listener
        # Anonymous shared memory, which the forked processes inherit.
        shared = memoryview(mmap.mmap(-1, 16 * count)).cast("q")
        self._children = [_Child(f"api-{n + 1}", shared[2 * n : 2 * n + 2]) for n in range(count)]
        self._watchdog = Watchdog((child.name for child in self._children), frozen_seconds=frozen_seconds)
        self._check_seconds = min(CHECK_SECONDS, frozen_seconds / 5)
        self._selector = selectors.DefaultSelector()
        self._wake, self._wakes = socket.socketpair()
        self._stopping = False

    def run(self) -> int:
        """Serve until a signal; return the exit code. If a process cannot start at all, return STARTUP_FAILURE."""
        self._listener.listen(BACKLOG)
        self._listener.setblocking(False)
        for end in (self._wake, self._wakes):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno())
        for number in (SIGTERM, SIGINT):
            signal.signal(number, self._stop)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)
        with self._watchdog:
            for child in self._children:
                self._start(child)
            code = self._work()
            self._listener.close()
            self._end_all()
        return code

    def _work(self) -> int:
        checks_at = 0.0
        while not self._stopping:
            for key, _ in self._selector.select(self._check_seconds):
                if key.fileobj is self._wake:
                    with suppress(BlockingIOError):
                        self._wake.recv(64)
                else:
                    self._accept()
            if time.monotonic() >= checks_at:
                checks_at = time.monotonic() + self._check_seconds
                notify_watchdog()
                if not self._check():
                    return STARTUP_FAILURE
        return 0

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _accept(self) -> None:
        """Accept the waiting connections, and pass each to the process with the fewest open ones."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # none is waiting, or it has gone, or there are too many open files
                return
            with connection:
                for child in sorted(self._children, key=lambda each: each.open):
                    if self._pass(child, connection):
                        break

    def _pass(self, child: _Child, connection: socket.socket) -> bool:
        if child.channel is None:
            return False
        try:
            socket.send_fds(child.channel, [b"c"], [connection.fileno()])
        except OSError:  # its process has ended, or its channel is full
            return False
        child.sent += 1
        return True

    def _start(self, child: _Child) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        child.slot[0] = child.slot[1] = 0
        child.sent, child.started_at = 0, time.monotonic()
        environment = self._watchdog.environment(child.name)
        main = os.getpid()
        child.pid = os.fork()
        if child.pid == 0:
            self._become(child, main, environment, theirs)
        theirs.close()
        child.channel = ours

    def _become(self, child: _Child, main: int, environment: Mapping[str, str], channel: socket.socket) -> NoReturn:
        """Run as a serving process. It keeps nothing of the main process open but its own channel."""
        code = STARTUP_FAILURE
        try:
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
            if os.getppid() != main:
                os._exit(STARTUP_FAILURE)
            signal.set_wakeup_fd(-1)
            for number in (SIGTERM, SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self._selector.close()
            others = [each.channel for each in self._children if each.channel is not None]
            for end in (self._listener, self._wake, self._wakes, *others):
                end.close()
            os.environ.update(environment)
            self._serve(Connections(channel, child.slot))
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else STARTUP_FAILURE
        except BaseException:
            log.exception("api.process.crashed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _check(self) -> bool:
        """Replace processes that have ended or are frozen. Return False if one ended before any has ever served."""
        now = time.monotonic()
        frozen = self._watchdog.list_frozen()
        for child in self._children:
            if child.pid and child.name in frozen:
                log.error("api.process.frozen", process=child.name, pid=child.pid)
                os.kill(child.pid, SIGKILL)
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                if not child.slot[1] and child.failures == 0:
                    self._forget(child)
                    return False
                self._forget(child)
                steady = now - child.started_at > _STEADY_SECONDS
                child.failures = 1 if steady else child.failures + 1
                wait = 0.0 if steady else min(0.5 * 2**child.failures, MAX_BACKOFF_SECONDS)
                child.restart_at = now + wait
                log.error("api.process.ended", process=child.name, restarts_in=wait)
            if not child.pid and now >= child.restart_at:
                self._start(child)
        return True

    def _forget(self, child: _Child) -> None:
        child.pid = 0
        if child.channel is not None:
            child.channel.close()
            child.channel = None

    def _end_all(self) -> None:
        running = [child for child in self._children if child.pid]
        for child in running:
            os.kill(child.pid, SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while running and time.monotonic() < deadline:
            notify_watchdog()
            running = [child for child in running if not os.waitpid(child.pid, os.WNOHANG)[0]]
            time.sleep(0.02)
        for child in running:
            os.kill(child.pid, SIGKILL)
            os.waitpid(child.pid, 0)


def share_loaded_code(load: Sequence[Callable[[], object]]) -> None:
    """Load what all serving processes need before they are forked, so that they share its memory."""
    # Garbage collection during the imports takes a sixth of the start-up time and frees nothing.
    gc.disable()
    for each in load:
        each()
    gc.freeze()
    gc.enable()

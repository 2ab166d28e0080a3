"""Finds processes of the stack that are frozen. Processes that work notify a socket, by the protocol of systemd's
watchdog (sd_notify(3)).
"""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from signal import SIGKILL, SIGQUIT
from types import TracebackType
from typing import Protocol, Self

import psutil

from app.core.watchdog import ADDRESS
from app.stack.processes import end_all, end_process

START_SECONDS = 60.0
"""The time limit, in seconds, of a process's first notice. Before it, the process loads its code."""

SERVER_SECONDS = 60.0
"""The seconds after which a server that does not respond is replaced. A restart of PostgreSQL ends all transactions."""

SERVER_CHECK_SECONDS = 5.0
KILL_SECONDS = 5.0


class _Notices:
    """The socket of one process, and the time of its last notice."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.restart()

    def restart(self) -> None:
        """Wait for the first notice of a new process. Discard the notices of the process before it."""
        self._receive()
        self._started_at = self._monotonic()
        self._noticed_at: float | None = None

    def excuse(self) -> None:
        """Restart the time limit, because the watchdog itself was frozen."""
        if self._noticed_at is None:
            self._started_at = self._monotonic()
        else:
            self._noticed_at = self._monotonic()

    def seconds_overdue(self, frozen_seconds: float) -> float:
        """Return how long a notice is overdue; negative if it is not."""
        now = self._monotonic()
        if self._receive():
            self._noticed_at = now
        if self._noticed_at is None:
            return now - self._started_at - START_SECONDS
        return now - self._noticed_at - frozen_seconds

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bool:
        """Receive all waiting notices. Return whether there was one."""
        received = False
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(64):
                received = True
        return received


class Watchdog:
    """Watches processes by name. It is a context manager, because it has a folder with a socket for each process."""

    def __init__(
        self, names: Iterable[str], *, frozen_seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._names = tuple(names)
        self._frozen_seconds = frozen_seconds
        self._open = contextlib.ExitStack()
        self._paths: dict[str, Path] = {}
        self._notices: dict[str, _Notices] = {}
        self._monotonic = monotonic
        self._asked_at = monotonic()

    def __enter__(self) -> Self:
        # A temporary folder, because the path of a Unix socket has at most 107 bytes (unix(7)).
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="footnote-")))
        for name in self._names:
            self._paths[name] = folder / name
            self._notices[name] = self._open.enter_context(contextlib.closing(_Notices(folder / name, self._monotonic)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def environment(self, name: str) -> Mapping[str, str]:
        """Return the variable with the address for a new process's notices, and start its time limit."""
        self._notices[name].restart()
        return {ADDRESS: str(self._paths[name])}

    def list_frozen(self) -> list[str]:
        """Return the names of the processes whose notices are overdue. Call it at least once in `frozen_seconds`.

        If the call itself is late, this process was frozen, and perhaps the others with it: they get time to notify.
        """
        now = self._monotonic()
        was_frozen, self._asked_at = now - self._asked_at > self._frozen_seconds / 2, now
        overdue = [name for name, notices in self._notices.items() if notices.seconds_overdue(self._frozen_seconds) > 0]
        if was_frozen:
            for name in overdue:
                self._notices[name].excuse()
            return []
        return overdue


class Server(Protocol):
    """A server that can be asked whether it responds."""

    def responds(self) -> bool: ...

    def kill(self) -> None: ...


class ServerWatch:
    """Asks servers every few seconds whether they respond, and kills those that have not done so for a minute."""

    def __init__(
        self,
        servers: Mapping[str, Server],
        *,
        report: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._servers = servers
        self._report = report
        self._monotonic = monotonic
        self._responded_at = dict.fromkeys(servers, monotonic())
        self._asks_at = 0.0

    def check(self) -> None:
        now = self._monotonic()
        if now < self._asks_at:
            return
        if now - self._asks_at > SERVER_CHECK_SECONDS:  # this process was itself frozen, perhaps with the servers
            self._responded_at = dict.fromkeys(self._servers, now)
        for name, server in self._servers.items():
            asked_at = self._monotonic()
            responds, ended_at = server.responds(), self._monotonic()
            if responds or ended_at - asked_at > SERVER_CHECK_SECONDS:  # this process was frozen while it asked
                self._responded_at[name] = ended_at
            elif ended_at - self._responded_at[name] > SERVER_SECONDS:
                self._report(f"{name} does not respond. Killing it")
                server.kill()
                self._responded_at[name] = self._monotonic()
        self._asks_at = self._monotonic() + SERVER_CHECK_SECONDS


def kill_kept(keeper: subprocess.Popen[bytes]) -> None:
    """Kill a process and its descendants at once, through its keeper, or without it if it is frozen, too."""
    family = find_family(keeper.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        end_process(keeper, ((SIGQUIT, KILL_SECONDS), (SIGKILL, KILL_SECONDS)))
    end_all([process for process in family if process.is_running()], ((SIGKILL, KILL_SECONDS),))


def find_family(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants; empty if it has ended."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []

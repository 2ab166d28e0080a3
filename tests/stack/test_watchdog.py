"""The watchdog finds processes that send no notices. Killing a frozen process ends its whole tree."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.core.watchdog import ADDRESS, ALIVE, notify_watchdog
from app.stack import watchdog
from app.stack.servers.valkey import EmbeddedValkey
from app.stack.supervisor import KEEPER
from app.stack.watchdog import ServerWatch, Watchdog, kill_kept
from tests.waiting import wait_for

TREE = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


FROZEN_SECONDS = 20.0


class Clock:
    """A clock that moves only when the test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watched(clock: Clock) -> Iterator[Watchdog]:
    with Watchdog(("relay",), frozen_seconds=FROZEN_SECONDS, monotonic=clock) as watchdog:
        yield watchdog


def notify(address: str) -> None:
    """Send a notice. Not by NOTIFY_SOCKET: servers that run in threads of this process would notify there, too."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(ALIVE, address)


def list_frozen_at(watched: Watchdog, clock: Clock, *times: float) -> list[list[str]]:
    found = []
    for clock.now in times:
        found.append(watched.list_frozen())
    return found


def test_process_is_frozen_when_it_sends_no_notice_for_the_limit(watched: Watchdog, clock: Clock) -> None:
    address = watched.environment("relay")[ADDRESS]
    assert watched.list_frozen() == []  # it has not sent a first notice yet
    notify(address)
    assert list_frozen_at(watched, clock, 0, 10, 20, 21) == [[], [], [], ["relay"]]
    notify(address)
    assert list_frozen_at(watched, clock, 30, 40, 50, 51) == [[], [], [], ["relay"]]


def test_process_that_never_notifies_is_frozen_after_its_time_to_start(watched: Watchdog, clock: Clock) -> None:
    watched.environment("relay")
    times = [10.0 * step for step in range(1, 7)]
    assert times[-1] == watchdog.START_SECONDS
    assert list_frozen_at(watched, clock, *times, 61) == [*[[]] * 6, ["relay"]]


def test_notice_of_an_ended_process_does_not_count_for_its_successor(watched: Watchdog, clock: Clock) -> None:
    """A process that still loads its code has sent no notice, so its time to start has not ended."""
    notify(watched.environment("relay")[ADDRESS])
    watched.environment("relay")
    assert list_frozen_at(watched, clock, 10, 20, 30, 40, 50, 60) == [[]] * 6


def test_watchdog_that_was_frozen_itself_gives_processes_time(watched: Watchdog, clock: Clock) -> None:
    notify(watched.environment("relay")[ADDRESS])
    assert list_frozen_at(watched, clock, 0, 300, 310, 320, 321) == [[], [], [], [], ["relay"]]


def test_notice_reaches_the_watchdog_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, watched: Watchdog, clock: Clock
) -> None:
    for name, value in watched.environment("relay").items():
        monkeypatch.setenv(name, value)
    notify_watchdog()
    monkeypatch.delenv(ADDRESS)
    assert list_frozen_at(watched, clock, 0, 10, 20, 21) == [[], [], [], ["relay"]]


def test_notice_without_a_watchdog_does_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify_watchdog()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify_watchdog()


@pytest.mark.parametrize("with_keeper", [False, True])
def test_killing_a_frozen_process_ends_its_tree(monkeypatch: pytest.MonkeyPatch, *, with_keeper: bool) -> None:
    monkeypatch.setattr(watchdog, "KILL_SECONDS", 1.0)
    command = [sys.executable, "-I", "-S", str(KEEPER), "60", str(os.getpid()), sys.executable, "-c", TREE]
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert keeper.stdout is not None
    grandchild = psutil.Process(int(keeper.stdout.readline()))
    (child,) = psutil.Process(keeper.pid).children()
    for process in (grandchild, child, *([psutil.Process(keeper.pid)] if with_keeper else [])):
        process.send_signal(signal.SIGSTOP)
    kill_kept(keeper)
    assert keeper.poll() is not None
    _, left = psutil.wait_procs([child, grandchild], timeout=10)
    assert left == []


def test_server_that_does_not_respond_is_killed_and_can_be_revived(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: Clock
) -> None:
    monkeypatch.setattr(watchdog, "SERVER_SECONDS", 9.0)
    reports: list[str] = []
    with EmbeddedValkey(tmp_path) as server:
        watch = ServerWatch({"Valkey": server}, report=reports.append, monotonic=clock)
        watch.check()
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        clock.now = 5
        watch.check()
        assert (server.pid is None, reports) == (False, [])
        clock.now = 10
        watch.check()
        assert (server.pid is None, reports) == (True, ["Valkey does not respond. Killing it"])
        server.revive()
        assert wait_for(server.responds)


def test_watch_that_was_frozen_itself_gives_servers_time(clock: Clock) -> None:
    """It may be frozen between two checks, and while it asks a server."""

    class Server:
        asking_seconds = 0.0

        def responds(self) -> bool:
            clock.now += self.asking_seconds
            return False

        def kill(self) -> None:
            raise AssertionError

    server = Server()
    watch = ServerWatch({"Valkey": server}, report=lambda _: None, monotonic=clock)
    for server.asking_seconds, pause in ((0, 5), (0, 300), (300, 5), (0, 5)):
        clock.now += pause
        watch.check()

"""The watchdog finds processes that send no notices. Killing a frozen process ends its whole tree."""

import os
import signal
import socket
import subprocess
import sys
import time
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


def test_process_is_frozen_when_it_sends_no_notice_for_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    with Watchdog(("relay",), frozen_seconds=0.3) as watched:
        for name, value in watched.environment("relay").items():
            monkeypatch.setenv(name, value)
        assert watched.list_frozen() == []  # it has not sent a first notice yet
        notify_watchdog()
        assert watched.list_frozen() == []
        assert wait_for(watched.list_frozen) == ["relay"]
        notify_watchdog()
        assert watched.list_frozen() == []


def test_process_that_never_notifies_is_frozen_after_its_time_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "START_SECONDS", 0.1)
    with Watchdog(("relay",), frozen_seconds=10) as watched:
        watched.environment("relay")
        assert wait_for(watched.list_frozen) == ["relay"]


def test_notice_of_an_ended_process_does_not_count_for_its_successor() -> None:
    """A process that still loads its code has sent no notice, so its time to start has not ended."""
    with Watchdog(("relay",), frozen_seconds=0.3) as watched:
        # Not by NOTIFY_SOCKET: servers that run in threads of this process would notify there, too.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ended:
            ended.sendto(ALIVE, watched.environment("relay")[ADDRESS])
        watched.environment("relay")
        until = time.monotonic() + 0.6

        def check() -> bool:
            assert watched.list_frozen() == []
            return time.monotonic() > until

        wait_for(check)


def test_watchdog_that_was_frozen_itself_gives_processes_time() -> None:
    with Watchdog(("relay",), frozen_seconds=0.2) as watched:
        os.environ.update(watched.environment("relay"))
        try:
            notify_watchdog()
        finally:
            del os.environ["NOTIFY_SOCKET"]
        watched.list_frozen()
        until = time.monotonic() + 0.3
        wait_for(lambda: time.monotonic() > until)
        assert watched.list_frozen() == []


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
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(watchdog, "SERVER_SECONDS", 0.5)
    monkeypatch.setattr(watchdog, "SERVER_CHECK_SECONDS", 0.1)
    reports: list[str] = []
    with EmbeddedValkey(tmp_path) as server:
        watch = ServerWatch({"Valkey": server}, report=reports.append)
        watch.check()
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)

        def is_killed() -> bool:
            watch.check()
            return server.pid is None

        wait_for(is_killed, what="the end of the server")
        assert reports == ["Valkey does not respond. Killing it"]
        server.revive()
        assert server.responds()

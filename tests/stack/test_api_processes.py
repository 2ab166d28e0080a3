"""Several API processes behind one port: connections are spread, processes replaced, and stops clean."""

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from app.stack.api_processes import STARTUP_FAILURE
from tests.waiting import wait_for

COUNT = 2
PROGRAM = """
import os, select, signal, socket, sys, time
from app.core.watchdog import notify_watchdog
from app.stack.api_processes import ApiProcesses, Connections

def serve(connections: Connections) -> None:
    if sys.argv[1] == "fail":
        sys.exit(9)
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    connections.mark_started()
    held, orphaned = [], False
    while not orphaned and not (ending and not held):
        notify_watchdog()
        for ready in select.select([connections.channel, *held], [], [], 0.05)[0]:
            if ready is not connections.channel:
                message = ready.recv(8)
                if message:
                    ready.sendall(b"%d" % os.getpid())
                else:
                    held.remove(ready)
                    ready.close()
                    connections.mark_closed()
                continue
            try:
                accepted = connections.receive()
            except EOFError:
                orphaned = True
                break
            if accepted is not None:
                held.append(accepted)

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
sys.exit(ApiProcesses(serve=serve, listener=listener, count=2, frozen_seconds=1.0).run())
"""


class Serving:
    """The running program, and connections to it."""

    def __init__(self, main: subprocess.Popen[str], port: int) -> None:
        self.main = main
        self.port = port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def ask(self) -> int:
        """Return the id of the process that answers a new connection."""
        with self.connect() as connection:
            return pid_of(connection)

    def pids(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.main.pid).children()}


def pid_of(connection: socket.socket) -> int:
    connection.sendall(b"who")
    return int(connection.recv(32))


@contextmanager
def running(*arguments: str) -> Iterator[Serving]:
    command = [sys.executable, "-c", PROGRAM, *(arguments or ("serve",))]
    main = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert main.stdout is not None
    try:
        with main.stdout:
            yield Serving(main, int(main.stdout.readline()))
    finally:
        main.kill()
        main.wait()


@pytest.fixture
def serving() -> Iterator[Serving]:
    with running() as found:
        yield found


def replaced(serving: Serving, pid: int) -> Callable[[], bool]:
    return lambda: pid not in serving.pids() and len(serving.pids()) == COUNT


def test_connections_are_spread_evenly_over_the_processes(serving: Serving) -> None:
    held = [serving.connect() for _ in range(8)]
    answered = Counter(map(pid_of, held))
    assert set(answered) == serving.pids()
    assert set(answered.values()) == {4}
    full = pid_of(held[0])
    for connection in held:
        if pid_of(connection) != full:
            connection.close()
    assert Counter(serving.ask() for _ in range(2))[full] == 0, "new connections go to the process that has fewer"


def test_killed_process_is_replaced_and_the_others_go_on(serving: Serving) -> None:
    with serving.connect() as first, serving.connect() as second:
        kept, killed = pid_of(first), pid_of(second)
        os.kill(killed, signal.SIGKILL)
        assert second.recv(8) == b"", "its connections end"
        assert serving.ask() == kept
        wait_for(replaced(serving, killed), what="a new process")
        assert pid_of(first) == kept


def test_frozen_process_is_replaced(serving: Serving) -> None:
    frozen = serving.ask()
    os.kill(frozen, signal.SIGSTOP)
    wait_for(replaced(serving, frozen), what="a new process")


def test_stop_lets_open_requests_end(serving: Serving) -> None:
    with serving.connect() as connection:
        pid_of(connection)
        serving.main.send_signal(signal.SIGTERM)
        wait_for(lambda: not accepts(serving), what="the end of accepting")
        assert pid_of(connection) in serving.pids()
    assert serving.main.wait(60) == 0


def accepts(serving: Serving) -> bool:
    try:
        serving.connect().close()
    except OSError:
        return False
    return True


def test_processes_end_with_the_main_process(serving: Serving) -> None:
    processes = [psutil.Process(pid) for pid in {serving.ask(), *serving.pids()}]
    serving.main.kill()
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not alive


def test_process_that_cannot_start_ends_the_program() -> None:
    with running("fail") as serving:
        assert serving.main.wait(60) == STARTUP_FAILURE

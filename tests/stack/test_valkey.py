"""The embedded Valkey requires a password, and ends when its owner ends."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import redis

from app.stack.errors import HomeInUseError
from app.stack.servers.valkey import EmbeddedValkey

OWNER = """
import sys
from app.stack.servers.valkey import EmbeddedValkey
server = EmbeddedValkey(sys.argv[1])
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def test_server_accepts_only_connections_with_the_password(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        with redis.Redis.from_url(server.url()) as client:
            assert client.ping()
        with (
            redis.Redis(port=urlsplit(server.url()).port) as client_without_password,
            pytest.raises(redis.AuthenticationError),
        ):
            client_without_password.ping()


def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        pid = server.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_second_start_on_the_same_home_is_rejected(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path), pytest.raises(HomeInUseError):
        EmbeddedValkey(tmp_path).start()


def test_server_ends_when_its_owner_is_killed_and_the_home_starts_again(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    server = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.wait()
    server.wait(10)
    with EmbeddedValkey(tmp_path) as again, redis.Redis.from_url(again.url()) as client:
        assert client.ping()


def test_server_left_by_a_dead_owner_is_stopped_before_the_next_start(tmp_path: Path) -> None:
    first = EmbeddedValkey(tmp_path)
    first.start()
    left = psutil.Process(first.pid)
    first._lock.release()  # simulates that the owner died and the server kept running
    with EmbeddedValkey(tmp_path) as second:
        assert second.pid != left.pid
        assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE
    first.stop()

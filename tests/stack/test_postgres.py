"""The embedded PostgreSQL: logins with passwords, and starts after a stop, a kill or a crash."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.stack.errors import HomeInUseError
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres
from tests.throwaway import THROWAWAY_SETTINGS

OWNER = """
import sys
from collections.abc import Iterator
from app.stack.servers.postgres import EmbeddedPostgres
from tests.throwaway import THROWAWAY_SETTINGS
server = EmbeddedPostgres(sys.argv[1], settings=THROWAWAY_SETTINGS)
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def start_owner(home: Path) -> tuple[subprocess.Popen[str], psutil.Process]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    return owner, psutil.Process(int(owner.stdout.readline()))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.at(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home, settings=THROWAWAY_SETTINGS)
    with server:
        server.databases.ensure_database()
        yield server


@pytest.mark.parametrize("role", ["owner", "api", "worker", "relay"])
def test_each_role_logs_in_and_cannot_bypass_row_level_security(server: EmbeddedPostgres, role: str) -> None:
    with connect(server.url(role)) as connection:
        row = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
    assert row == (f"footnote_{role}", False, False, False, False)


def test_wrong_password_is_rejected(server: EmbeddedPostgres, home: Home) -> None:
    password = home.read_secret("postgres-footnote_api")
    assert password
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server.url("api").replace(password, "guessed"))


def test_pgvector_is_available(server: EmbeddedPostgres) -> None:
    with connect(server.url("api")) as connection:
        assert connection.execute("SELECT '[1,2]'::halfvec <-> '[1,4]'::halfvec").fetchone() == (2.0,)


def test_secrets_are_readable_by_their_owner_only(server: EmbeddedPostgres, home: Home) -> None:
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(secret.stat().st_mode) for secret in home.secrets.iterdir()}
    assert modes == {0o600}


def test_log_does_not_quote_a_rejected_row(server: EmbeddedPostgres) -> None:
    with connect(server.url("owner")) as connection:
        connection.execute("CREATE TEMP TABLE short (text text CHECK (length(text) < 9))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO short VALUES (%s)", ["the marmalade covenant"])
    log = server.log.read_text()
    assert "short_text_check" in log
    assert "marmalade" not in log


def test_second_start_on_the_same_home_is_rejected(server: EmbeddedPostgres, home: Home) -> None:
    with pytest.raises(HomeInUseError):
        EmbeddedPostgres(home).start()
    with connect(server.url("owner")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_rows_are_kept_after_a_move_to_a_long_path_and_a_restart(tmp_path: Path) -> None:
    home = tmp_path / ("a" * 60) / ("b" * 60)
    with EmbeddedPostgres(home, settings=THROWAWAY_SETTINGS) as server:
        server.databases.ensure_database()
        with connect(server.url("owner")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        pid = server.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)
    restored = home.rename(home.with_name("c" * 60))
    with EmbeddedPostgres(restored, settings=THROWAWAY_SETTINGS) as server, connect(server.url("owner")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_server_ends_when_its_owner_is_killed_and_the_home_starts_again(tmp_path: Path) -> None:
    owner, postmaster = start_owner(tmp_path)
    owner.kill()
    owner.wait()
    postmaster.wait(20)
    with EmbeddedPostgres(tmp_path, settings=THROWAWAY_SETTINGS) as server:
        assert server.pid != postmaster.pid


def test_home_starts_again_after_owner_and_server_were_killed(tmp_path: Path) -> None:
    owner, postmaster = start_owner(tmp_path)
    os.kill(postmaster.pid, signal.SIGKILL)
    owner.kill()
    owner.wait()
    with EmbeddedPostgres(tmp_path, settings=THROWAWAY_SETTINGS) as server:
        server.databases.ensure_database()
        with connect(server.url("owner")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_stale_pid_file_of_another_process_does_not_prevent_a_start(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, settings=THROWAWAY_SETTINGS):
        pass
    pid_file = Home.at(tmp_path).postgres / "postmaster.pid"
    pid_file.write_text(f"{os.getppid()}\n{tmp_path}/postgres\n1\n5432\n/tmp\n\n\nready\n")
    with EmbeddedPostgres(tmp_path, settings=THROWAWAY_SETTINGS) as server:
        assert server.pid is not None

"""`footnote doctor` explains each problem and accepts a correct set-up."""

import json
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.settings import ChatSettings, ReaderSettings
from app.stack.doctor.checks import check_disk, check_key_file, check_model, check_reader, check_secrets, check_storage
from app.stack.doctor.database_checks import check_database
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres
from app.storage.keyfile import ensure_key_file
from tests.small_disk import small_disk

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def admin(postgres: EmbeddedPostgres, name: str) -> "psycopg.Connection[tuple[object, ...]]":
    url = postgres.url("postgres", name).replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(url, autocommit=True)


def problems(owner_url: str) -> dict[str, str]:
    return {finding.check: finding.sentence for finding in check_database(owner_url) if not finding.ok}


def test_running_home_has_no_problems(running: Any, footnote: Call) -> None:
    result = footnote("doctor", "--home", str(running.home), "--json")
    findings = json.loads(result.stdout)["findings"]
    # The result of the check "packages" depends on how Footnote is installed here.
    assert [finding for finding in findings if not finding["ok"] and finding["check"] != "packages"] == []
    checks = {finding["check"] for finding in findings}
    assert {"postgres", "pgvector", "roles", "row-security", "migrations", "broker", "worker", "ready"} <= checks


def test_home_that_is_not_running_is_reported(footnote: Call, tmp_path: Path) -> None:
    result = footnote("doctor", "--home", str(tmp_path / "none"))
    assert result.returncode == 1
    assert "start it with `footnote up`" in result.stdout


def test_migrated_database_has_no_problems(database: Any) -> None:
    assert problems(database.urls["owner"]) == {}


def test_role_that_bypasses_row_level_security_is_reported(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("ALTER ROLE footnote_api BYPASSRLS")
        try:
            found = problems(database.urls["owner"])
        finally:
            connection.execute("ALTER ROLE footnote_api NOBYPASSRLS")
    assert found == {
        "roles": "footnote_api may bypass row-level security, so that anybody could see everything: "
        "ALTER ROLE … NOSUPERUSER NOBYPASSRLS."
    }


def test_table_without_forced_row_level_security_is_named(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("ALTER TABLE documents NO FORCE ROW LEVEL SECURITY")
    assert "documents" in problems(database.urls["owner"])["row-security"]


def test_schema_behind_the_migrations_is_reported(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("DELETE FROM alembic_version")
    assert "`footnote up` migrates it" in problems(database.urls["owner"])["migrations"]


def test_schema_older_than_the_baseline_is_reported(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0024'")
    assert "start with a new home" in problems(database.urls["owner"])["migrations"]


def test_missing_database_is_reported(database: Any) -> None:
    url = database.urls["owner"].replace(database.name, "nowhere")
    assert "does not respond" in problems(url)["database"]


def test_secret_readable_by_others_is_named(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    home.ensure()
    home.ensure_password("valkey")
    assert check_secrets(home).ok
    (home.secrets / "valkey").chmod(0o644)
    assert "valkey" in check_secrets(home).sentence
    assert not check_secrets(home).ok


def test_missing_or_readable_key_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    assert not check_key_file(path).ok
    ensure_key_file(path)
    assert check_key_file(path).ok
    path.chmod(0o644)
    assert not check_key_file(path).ok


def test_missing_storage_is_reported(tmp_path: Path) -> None:
    assert check_storage(tmp_path).ok
    assert "cannot be stored" in check_storage(tmp_path / "gone").sentence


def test_full_disk_is_reported_in_mebibytes_with_its_remedy(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8 * 1024 * 1024) as disk:
        assert check_disk(Home.at(disk.path), 1024**3).sentence == (
            f"Only 8 MiB are free at {disk.path}, so uploads are refused: free some space."
        )
        disk.fill()
        assert check_storage(disk.path).sentence.endswith("(No space left on device): free some space.")


def test_unreachable_model_endpoint_is_reported_and_a_missing_one_accepted() -> None:
    assert check_model(ChatSettings()).ok
    finding = check_model(ChatSettings(base_url="http://127.0.0.1:9/v1"))
    assert not finding.ok
    assert "FOOTNOTE_CHAT__BASE_URL" in finding.sentence


@pytest.fixture
def local_model():
    """Return a function that serves a local model which answers each request with a status."""
    servers = []

    def serve(status: int) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                return

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/v1"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("seconds", "ending"),
    [
        (3600.0, "It writes short answers."),
        (0.001, "It is too slow for answers within 0 s. While that is so, answers are quotes."),
    ],
)
def test_local_model_is_tried_and_its_speed_told(local_model, seconds, ending) -> None:
    finding = check_model(ChatSettings(timeout_seconds=seconds), local=local_model(200))
    assert finding.ok
    assert finding.sentence.startswith("The local model responds in ")
    assert finding.sentence.endswith(ending)


def test_local_model_that_rejects_requests_is_reported(local_model) -> None:
    finding = check_model(ChatSettings(), local=local_model(500))
    assert not finding.ok
    assert "make local-llm" in finding.sentence


def test_home_with_its_own_local_model_is_not_reported_as_without_a_model() -> None:
    finding = check_model(ChatSettings(), local="http://127.0.0.1:9/v1")
    assert finding.sentence == (
        "The local model does not respond: start Footnote again. Until then, answers are quotes."
    )


def test_reader_is_checked_unless_it_is_off(monkeypatch):
    assert check_reader(ReaderSettings()).ok
    monkeypatch.setattr("app.relevance.cross_encoder.PACKAGE", "no_such_package")
    finding = check_reader(ReaderSettings())
    assert not finding.ok
    assert "no_such_package is not installed" in finding.sentence
    assert check_reader(ReaderSettings(enabled=False)).ok

"""`footnote doctor` says what is wrong in a sentence, and is content with what is right."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from app.settings import ChatSettings
from app.stack.doctor.checks import check_key_file, check_model, check_secrets, check_storage
from app.stack.doctor.database_checks import check_database
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres
from app.storage.keyfile import ensure_key_file

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def admin(postgres: EmbeddedPostgres, name: str) -> "psycopg.Connection[tuple[object, ...]]":
    url = postgres.url("postgres", name).replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(url, autocommit=True)


def wrong(owner_url: str) -> dict[str, str]:
    return {finding.check: finding.sentence for finding in check_database(owner_url) if not finding.ok}


def test_everything_is_well_on_a_running_home(running: Any, footnote: Call) -> None:
    result = footnote("doctor", "--home", str(running.home), "--json")
    findings = json.loads(result.stdout)["findings"]
    # Whether the package itself is installed depends on how the tests are run.
    assert [finding for finding in findings if not finding["ok"] and finding["check"] != "packages"] == []
    checks = {finding["check"] for finding in findings}
    assert {"postgres", "pgvector", "roles", "row-security", "migrations", "broker", "worker", "ready"} <= checks


def test_a_home_that_does_not_run_is_told(footnote: Call, tmp_path: Path) -> None:
    result = footnote("doctor", "--home", str(tmp_path / "none"))
    assert result.returncode == 1
    assert "start it with `footnote up`" in result.stdout


def test_a_migrated_database_is_well(database: Any) -> None:
    assert wrong(database.urls["owner"]) == {}


def test_a_role_that_may_pass_over_row_level_security_is_told(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("ALTER ROLE footnote_api BYPASSRLS")
        try:
            found = wrong(database.urls["owner"])
        finally:
            connection.execute("ALTER ROLE footnote_api NOBYPASSRLS")
    assert found == {
        "roles": "footnote_api may bypass row-level security, so that anybody could see everything: "
        "ALTER ROLE … NOSUPERUSER NOBYPASSRLS."
    }


def test_a_table_without_forced_row_level_security_is_named(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("ALTER TABLE documents NO FORCE ROW LEVEL SECURITY")
    assert "documents" in wrong(database.urls["owner"])["row-security"]


def test_a_schema_behind_the_migrations_is_told(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("DELETE FROM alembic_version")
    assert "`footnote up` migrates it" in wrong(database.urls["owner"])["migrations"]


def test_a_schema_from_before_the_baseline_is_told(postgres: EmbeddedPostgres, database: Any) -> None:
    with admin(postgres, database.name) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0024'")
    assert "start with a new home" in wrong(database.urls["owner"])["migrations"]


def test_a_database_that_is_gone_is_told(database: Any) -> None:
    url = database.urls["owner"].replace(database.name, "nowhere")
    assert "does not respond" in wrong(url)["database"]


def test_a_secret_that_others_may_read_is_named(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    home.ensure()
    home.ensure_password("valkey")
    assert check_secrets(home).ok
    (home.secrets / "valkey").chmod(0o644)
    assert "valkey" in check_secrets(home).sentence
    assert not check_secrets(home).ok


def test_a_key_file_that_is_open_or_missing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    assert not check_key_file(path).ok
    ensure_key_file(path)
    assert check_key_file(path).ok
    path.chmod(0o644)
    assert not check_key_file(path).ok


def test_storage_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert check_storage(tmp_path).ok
    assert "cannot be stored" in check_storage(tmp_path / "gone").sentence


def test_a_model_endpoint_that_does_not_answer_is_told_and_none_is_fine() -> None:
    assert check_model(ChatSettings()).ok
    finding = check_model(ChatSettings(base_url="http://127.0.0.1:9/v1"))
    assert not finding.ok
    assert "FOOTNOTE_CHAT__BASE_URL" in finding.sentence

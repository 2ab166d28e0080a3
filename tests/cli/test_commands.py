"""Commands: their JSON output, error messages and exit codes."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from app.commands.databases import databases
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.index.spaces import find_space_id

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def test_unreachable_server_prints_a_message_without_traceback(footnote_process: Call, tmp_path: Path) -> None:
    result = footnote_process("documents", "--home", str(tmp_path), "--url", "http://127.0.0.1:9")
    assert result.returncode == 1
    assert "No Footnote server responds at http://127.0.0.1:9" in result.stderr
    assert result.stderr.rstrip().endswith("(server-unreachable)")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "localhost:8000", "http://", "http://[::1"])
def test_url_without_scheme_or_host_is_explained(footnote: Call, tmp_path: Path, url: str) -> None:
    result = footnote("documents", "--home", str(tmp_path), "--url", url, "--key", "fn_a_b")
    assert result.returncode == 1
    assert f"{url} is not the URL of a server: it must start with http:// or https://." in result.stderr


def test_ingest_of_an_empty_folder_is_a_usage_error(footnote: Call, tmp_path: Path) -> None:
    result = footnote("ingest", str(tmp_path), "--collection", "Kilns")
    assert result.returncode == 2
    assert "there are no files in" in " ".join(result.stderr.split())


@pytest.mark.parametrize("words", [[""], ["Lake side"], ["-lake"], ["lake", "--email", "ada"]])
def test_invalid_tenant_name_or_address_is_a_usage_error(footnote: Call, tmp_path: Path, words: list[str]) -> None:
    result = footnote("tenant", "create", *words, "--home", str(tmp_path))
    assert result.returncode == 2
    assert "Usage" in result.stderr


@pytest.mark.parametrize("words", [["ask"], ["ingest", "no-such-file"], ["no-such-command"]])
def test_usage_error_exits_with_2(footnote: Call, words: list[str]) -> None:
    result = footnote(*words)
    assert result.returncode == 2
    assert "Usage" in result.stderr


def test_key_create_returns_a_working_key(running: Any, footnote: Call) -> None:
    made = footnote("key", "create", "--home", str(running.home), "--name", "notebook", "--json")
    assert made.returncode == 0
    created = json.loads(made.stdout)
    used = footnote("key", "create", "--home", str(running.home), "--key", created["secret"], "--json")
    assert used.returncode == 0
    assert json.loads(used.stdout)["user_id"] == created["user_id"]


def test_key_can_be_scoped_listed_rotated_and_revoked(running: Any, footnote: Call) -> None:
    place = ("--home", str(running.home))
    made = json.loads(footnote("key", "create", *place, "--scope", "keys:own", "--days", "2", "--json").stdout)
    refused = json.loads(footnote("documents", *place, "--key", made["secret"], "--json").stdout)["error"]
    assert refused["code"] == "permission-required"
    new = json.loads(footnote("key", "rotate", made["id"], *place, "--overlap", "0", "--json").stdout)
    listed = {key["id"]: key for key in json.loads(footnote("key", "list", *place, "--json").stdout)["keys"]}
    assert (listed[made["id"]]["state"], listed[new["id"]]["scopes"]) == ("expired", ["keys:own"])
    assert footnote("key", "revoke", new["id"], *place).stdout == "Revoked.\n"
    assert "revoked" in footnote("key", "list", *place).stdout


def test_command_with_an_unknown_key_prints_the_api_error(running: Any, footnote: Call) -> None:
    words = ("key", "create", "--home", str(running.home), "--key", "fn_wrong")
    assert footnote(*words).returncode == 1
    error = json.loads(footnote(*words, "--json").stdout)["error"]
    assert error["status"] == 401
    assert error["detail"]


def test_tenant_create_returns_a_working_key(running: Any, footnote: Call) -> None:
    made = footnote("tenant", "create", "second", "--home", str(running.home), "--json")
    key = json.loads(made.stdout)["key"]
    assert footnote("key", "create", "--home", str(running.home), "--key", key).returncode == 0
    again = footnote("tenant", "create", "second", "--home", str(running.home))
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_tenant_weight_is_changed_for_existing_tenants_only(running: Any, footnote: Call) -> None:
    made = footnote("tenant", "create", "weighty", "--home", str(running.home), "--json")
    tenant = json.loads(made.stdout)["tenant_id"]
    changed = footnote("tenant", "weight", tenant, "3", "--home", str(running.home), "--json")
    assert json.loads(changed.stdout) == {"tenant_id": tenant, "weight": 3}
    missing = footnote("tenant", "weight", str(uuid4()), "3", "--home", str(running.home))
    assert (missing.returncode, "There is no such tenant" in missing.stderr) == (1, True)
    assert footnote("tenant", "weight", tenant, "0", "--home", str(running.home)).returncode == 2


def test_database_upgrade_can_be_repeated_and_creates_embedding_space(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"DATABASE__OWNER_URL": database.urls["owner"], "EMBEDDING__BASE_URL": "http://127.0.0.1:9/v1"}
    settings |= {"EMBEDDING__MODEL": "letters", "EMBEDDING__DIMENSIONS": "8"}
    for name, value in settings.items():
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    for _ in range(2):
        result = CliRunner().invoke(databases, ["upgrade", "--json"])
        assert result.exit_code == 0, result.output
    assert json.loads(result.output)["embedding_space"] == "letters/8/1"
    with database.api.anonymous() as session:
        assert find_space_id(session, EmbeddingSpaceSpec("letters", 8, "1")) is not None
    progress = CliRunner().invoke(databases, ["embeddings", "--json"])
    assert json.loads(progress.output) == {"space": "letters/8/1", "documents": 0, "outdated": 0, "error_code": None}

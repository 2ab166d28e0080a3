"""`footnote audit`: an operator verifies and exports the log and prints the public key."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from app.audit.chain.checkpoints import current_key, print_checkpoint
from app.audit.chain.copies import StoredCheckpoints
from app.commands.audit import audit
from app.storage.keyfile import ensure_key_file, load_key_file
from app.storage.local import LocalObjects


@pytest.fixture
def installed(log, tmp_path, monkeypatch):
    """Return the log and its tenant's slug. The log uses the key file and blob storage of the commands."""
    ensure_key_file(tmp_path / "keys.json")
    for name, value in {
        "DATABASE__OWNER_URL": log.database.urls["owner"],
        "STORAGE__ROOT": str(tmp_path / "blobs"),
        "STORAGE__KEY_FILE": str(tmp_path / "keys.json"),
    }.items():
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    log.key = current_key(load_key_file(tmp_path / "keys.json"))
    log.copies = StoredCheckpoints(backend=LocalObjects(root=tmp_path / "blobs"))
    ((slug,),) = log.rows("SELECT slug FROM tenants")
    return log, slug


def run(*arguments):
    return CliRunner().invoke(audit, list(arguments))


def test_untouched_log_is_intact(installed):
    log, slug = installed
    log.write(3)
    log.sign()
    result = run("verify", "--tenant", slug)
    assert (result.exit_code, result.exception) == (0, None), result.output
    assert f"✓ {slug}: 6 rows, 0 not linked yet, 1 checkpoints" in result.output


def test_changed_row_is_named_and_the_command_exits_with_1(installed):
    log, slug = installed
    log.write(3)
    sequence, event_id = log.chain()[2]
    log.tamper("UPDATE audit_events SET action = 'x' WHERE id = :id", id=event_id)
    result = run("verify", "--tenant", slug)
    assert result.exit_code == 1
    assert f"row {sequence} (id {event_id}) was changed after it was linked" in result.output
    report = json.loads(run("verify", "--tenant", slug, "--json").output)
    assert not report["intact"]
    assert report["logs"][0]["problems"][0]["sequence"] == sequence


def test_restored_old_database_is_detected_with_copies_and_with_a_checkpoint_file(installed, tmp_path):
    log, slug = installed
    log.write(2)
    checkpoint = log.sign()
    _, last = log.chain()[-1]
    log.tamper(
        "DELETE FROM audit_events WHERE id = :id",
        "DELETE FROM audit_chain WHERE event_id = :id",
        "DELETE FROM audit_checkpoints WHERE tenant_id = :tenant",
        id=last,
        tenant=log.tenant,
    )
    result = run("verify", "--tenant", slug)
    assert result.exit_code == 1
    assert "rows were removed from its end" in result.output
    kept = tmp_path / "kept.jsonl"
    kept.write_text(print_checkpoint(checkpoint) + "\n")
    assert run("verify", "--tenant", slug, "--checkpoints", str(kept)).exit_code == 1
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert run("verify", "--tenant", slug, "--checkpoints", str(empty)).exit_code == 0


def test_broken_copies_are_named_and_the_rest_is_still_checked(installed, tmp_path):
    log, slug = installed
    log.write(3)
    log.sign()
    folder = tmp_path / "blobs" / "audit" / str(log.tenant)
    (kept,) = (path for path in folder.rglob("*") if path.is_file())
    broken = {"2031-01-01/07": b"", "2031-01-01/08": b"[" * 4096, f"links-{0:015d}/{1:019d}": kept.read_bytes()}
    for name, content in broken.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    _, event_id = log.chain()[2]
    log.tamper("UPDATE audit_events SET action = 'x' WHERE id = :id", id=event_id)
    result = run("verify", "--tenant", slug, "--json")
    assert result.exit_code == 1
    problems = json.loads(result.output)["logs"][0]["problems"]
    assert [problem["code"] for problem in problems] == ["copy-unreadable"] * 3 + ["changed"]
    for name, problem in zip(sorted(broken), problems, strict=False):
        assert f"audit/{log.tenant}/{name} " in problem["sentence"]


def test_removed_tenant_is_detected_with_copies_and_with_a_checkpoint_file(installed, tmp_path):
    log, _ = installed
    gone = uuid4()
    checkpoint = log.key.sign(tenant_id=gone, sequence=7, link_hash=b"x", signed_at=datetime.now(UTC))
    log.copies.keep(checkpoint)
    file = tmp_path / "kept.jsonl"
    file.write_text(print_checkpoint(checkpoint) + "\n")
    for arguments in ([], ["--checkpoints", str(file)]):
        result = run("verify", "--json", *arguments)
        assert result.exit_code == 1
        report = {
            each["name"]: [problem["code"] for problem in each["problems"]]
            for each in json.loads(result.output)["logs"]
        }
        assert report[str(gone)] == ["tenant-removed"]


def test_export_verifies_without_the_database_and_against_checkpoints(installed, tmp_path):
    log, slug = installed
    log.write(3)
    log.sign()
    exported = run("export", "--tenant", slug)
    assert exported.exit_code == 0
    file = tmp_path / "export.jsonl"
    file.write_text(exported.output)
    blobs = str(tmp_path / "blobs" / "audit")
    result = run("verify", "--file", str(file), "--checkpoints", blobs)
    assert (result.exit_code, result.output) == (0, "✓ export.jsonl: 6 rows, 0 not linked yet, 1 checkpoints\n")
    file.write_text(exported.output.replace("documents.document.read", "documents.document.seen", 1))
    assert run("verify", "--file", str(file)).exit_code == 1
    first, rest = exported.output.encode().split(b"\n", 1)
    file.write_bytes(first + b"\n\xff\xfe\n" + rest)
    result = run("verify", "--file", str(file))
    assert result.exit_code == 1
    assert "line 2 is not a valid line of an export" in result.output


def test_printed_public_key_verifies_without_the_key_file(installed, tmp_path, monkeypatch):
    log, slug = installed
    log.write(1)
    log.sign()
    shown = run("key").output.strip()
    assert shown == f"{log.key.id}:{log.key.public.public_bytes_raw().hex()}"
    monkeypatch.setenv("FOOTNOTE_STORAGE__KEY_FILE", str(tmp_path / "none.json"))
    assert run("verify", "--tenant", slug, "--public-key", shown).exit_code == 0
    other = f"{log.key.id}:{'11' * 32}"
    assert run("verify", "--tenant", slug, "--public-key", other).exit_code == 1


def test_unknown_tenant_exits_with_1(installed):
    result = run("verify", "--tenant", "nobody")
    assert result.exit_code == 1
    assert run("export", "--tenant", "nobody").exit_code == 1

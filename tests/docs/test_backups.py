"""The commands of docs/running.md back up a running Footnote, and restore it elsewhere with the same contents."""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app.access.collections.service import AccessService
from app.client.api import ApiClient
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.provision import _connect, drop_database, ensure_database
from app.db.session import Database, build_engine
from app.identity.service import TenantAdmin
from app.stack.backup import tools
from app.stack.backup.folders import whole_folder
from app.stack.backup.manifest import DUMP, MANIFEST, Manifest, open_keyring, read_manifest, write_manifest
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres, binaries
from app.stack.supervisor import Stack
from app.storage.keyfile import ensure_key_file, load_key_file
from evals.datasets.samples.writing import write_samples
from tests.conftest import TestDatabase, in_memory
from tests.docs.commands import run_command
from tests.docs.guides import ROOT, Block, find_difference, read_section, run_blocks
from tests.docs.rows import count_unread, read_rows, read_tables
from tests.docs.test_guides import Person, found_tenant
from tests.running import run_footnote
from tests.waiting import wait_for

PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
QUESTION = "What were Tarnwick's net sales in 2025?"
DUMPED = b"PGDMP"  # the first bytes of pg_dump's custom format


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup by the page's commands, and the home that they restored from it. `rows` are those before the backup."""

    folder: Path
    person: Person
    home: Home
    answer: Mapping[str, object]
    image: bytes
    rows: Mapping[str, tuple[object, ...]]

    @property
    def backup(self) -> Path:
        return self.folder / "backups" / "monday"


@pytest.fixture(scope="module")
def restored(running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    person = found_tenant(running_footnote, Role.ANALYST)
    environment = {"FOOTNOTE_URL": running_footnote.url, "FOOTNOTE_KEY": person.key}
    with in_memory(tmp_path_factory) as folder:
        annual_report = next(path for path in write_samples(folder / "samples") if "annual-report" in path.name)
        run_successfully(["ingest", str(annual_report), "--collection", "Filings"], environment, folder)
        answer, image = ask(running_footnote.url, person), draw_first_page(running_footnote.url, person)
        wait_for(lambda: count_unread(running_footnote) == 0, what="the reading of all fields")
        rows = read_rows(EmbeddedPostgres(running_footnote.home))
        blocks = [*read_section(PAGE, "### Back up"), *read_section(PAGE, "### Restore")]
        with later_checkpoint(running_footnote, person):
            check_blocks(blocks, folder, {"FOOTNOTE_HOME": str(running_footnote.home.path)})
        yield Restored(folder, person, Home.at(folder / "restored"), answer, image, rows)


@contextmanager
def later_checkpoint(stack: Stack, person: Person) -> Iterator[None]:
    """During the block, there is a copy of an audit checkpoint that is newer than all rows."""
    with _connect(EmbeddedPostgres(stack.home).url("postgres")) as connection:
        row = connection.execute("SELECT id FROM tenants WHERE slug = %s", [person.tenant]).fetchone()
    assert row is not None
    copy = stack.home.blobs / "audit" / str(row[0]) / f"links-{7:015d}" / f"{70_000:019d}"
    copy.parent.mkdir(parents=True)
    copy.write_text("signed after the snapshot")
    try:
        yield
    finally:
        copy.unlink()
        copy.parent.rmdir()


def run_successfully(words: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
    errors, output, code = run_command(words, environment, folder)
    assert code == 0, errors + output
    return output


def run_refused(words: Sequence[str], folder: Path) -> Mapping[str, str]:
    """Run a command that must fail. Return its error."""
    errors, output, code = run_command([*words, "--json"], {}, folder)
    assert (code, errors) == (1, "")
    error: Mapping[str, str] = json.loads(output)["error"]
    return error


def check_blocks(blocks: Sequence[Block], folder: Path, environment: Mapping[str, str]) -> None:
    """Run the blocks of a page, except those by hand. Check their exit codes and their output."""
    run = [block for block in blocks if block.exit_code is not None]
    assert run
    for block, result in zip(run, run_blocks(run, folder=folder, environment=environment), strict=True):
        assert result.exit_code == block.exit_code, result.printed
        assert find_difference(block.output or "", result.printed) is None, result.printed


def ask(url: str, person: Person) -> Mapping[str, object]:
    with ApiClient(url=url, key=person.key) as client:
        return client.ask(QUESTION).model_dump(include={"outcome", "writer", "claims"})


def draw_first_page(url: str, person: Person) -> bytes:
    """Return the image of a document's page, which Footnote draws from the document's blob."""
    with ApiClient(url=url, key=person.key) as client:
        document = next(client.list_documents())
    headers = {"Authorization": f"Bearer {person.key}"}
    response = httpx.get(
        f"{url}/v1/documents/{document.id}/pages/1/image", headers=headers, timeout=60, trust_env=False
    )
    assert response.status_code == 200, response.text
    return response.content


def read_blobs(home: Home) -> Mapping[str, bytes]:
    paths = [path for path in home.blobs.glob("[!.]*/*/*") if path.is_file()]
    return {str(path.relative_to(home.blobs)): path.read_bytes() for path in paths}


def test_restored_home_has_the_same_rows_blobs_and_answers(restored: Restored, running_footnote: Stack) -> None:
    assert read_blobs(restored.home) == read_blobs(running_footnote.home) != {}
    home = ["--home", str(restored.home.path)]
    with run_footnote(restored.home.path) as stack:
        assert read_rows(EmbeddedPostgres(restored.home)) == restored.rows
        assert ask(stack.url, restored.person) == restored.answer
        assert restored.answer["claims"]
        assert draw_first_page(stack.url, restored.person) == restored.image
        run_successfully(["audit", "verify", *home], {}, restored.folder)
    run_successfully(["backup", "while-stopped", "--include-secrets", *home], {}, restored.folder)
    run_successfully(["restore", "while-stopped", "--home", "restored-again"], {}, restored.folder)
    assert read_blobs(Home.at(restored.folder / "restored-again")) == read_blobs(restored.home)


def test_backup_has_no_plain_text_and_no_secrets(restored: Restored, running_footnote: Stack) -> None:
    secrets = [path.read_bytes().strip() for path in running_footnote.home.secrets.iterdir() if path.is_file()]
    texts = [b"Tarnwick", DUMPED, *(secret for secret in secrets if secret)]
    files = [path for path in restored.backup.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {MANIFEST, DUMP}
    assert [(path.name, text) for path in files for text in texts if text in path.read_bytes()] == []
    assert {path.stat().st_mode & 0o077 for path in [restored.backup, *files]} == {0}


def lose_manifest(backup: Path) -> None:
    (backup / MANIFEST).unlink()


def replace_by_other_files(backup: Path) -> None:
    shutil.rmtree(backup)
    backup.mkdir()
    (backup / "notes.txt").write_text("Nothing of Footnote.")


def write_manifest_of_another_program(backup: Path) -> None:
    (backup / MANIFEST).write_text('{"format": "another-backup-7"}')


def cut_manifest(backup: Path) -> None:
    (backup / MANIFEST).write_text((backup / MANIFEST).read_text()[:-100])


def change_manifest(backup: Path) -> None:
    manifest = backup / MANIFEST
    manifest.write_text(manifest.read_text().replace('"missing": []', '"missing": ["all"]'))


def find_blob(backup: Path) -> Path:
    return next(path for path in sorted((backup / "blobs").rglob("*")) if path.is_file())


def lose_blob(backup: Path) -> None:
    find_blob(backup).unlink()


def change_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut_dump(backup: Path) -> None:
    (backup / DUMP).write_bytes((backup / DUMP).read_bytes()[:-1])


def change_blob(backup: Path) -> None:
    change_byte(find_blob(backup))


def change_dump(backup: Path) -> None:
    change_byte(backup / DUMP)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lose_manifest, "backup-incomplete"),
        (lose_blob, "backup-incomplete"),
        (replace_by_other_files, "backup-foreign"),
        (write_manifest_of_another_program, "backup-foreign"),
        (cut_manifest, "backup-damaged"),
        (change_manifest, "backup-damaged"),
        (cut_dump, "backup-damaged"),
        (change_blob, "backup-damaged"),
        (change_dump, "backup-damaged"),
    ],
)
def test_incomplete_changed_and_foreign_backups_are_refused(
    restored: Restored, tmp_path: Path, change: object, code: str
) -> None:
    assert callable(change)
    backup = tmp_path / "backup"
    shutil.copytree(restored.backup, backup)
    change(backup)
    error = run_refused(
        ["restore", str(backup), "--home", "home", "--secrets", str(restored.folder / "safe")], tmp_path
    )
    assert error["code"] == code
    assert error["detail"].endswith(".")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_restore_needs_the_key_file_of_the_home(restored: Restored, tmp_path: Path) -> None:
    words = ["restore", str(restored.backup), "--home", "home"]
    assert run_refused(words, tmp_path)["code"] == "backup-key-missing"
    assert run_refused([*words, "--secrets", "nowhere"], tmp_path)["code"] == "backup-key-missing"
    ensure_key_file(tmp_path / "other" / "storage-keys.json")
    error = run_refused([*words, "--secrets", "other"], tmp_path)
    assert error["code"] == "backup-key-missing"
    assert "does not open the backup" in error["detail"]


def test_backup_of_a_newer_version_is_refused(restored: Restored, tmp_path: Path) -> None:
    backup, secrets = tmp_path / "backup", restored.folder / "safe"
    shutil.copytree(restored.backup, backup)
    manifest: Manifest = read_manifest(backup)
    keyring = open_keyring(manifest, load_key_file(secrets / "storage-keys.json"))
    write_manifest(backup, manifest.model_copy(update={"revision": "9999_later"}), keyring)
    error = run_refused(["restore", str(backup), "--home", "home", "--secrets", str(secrets)], tmp_path)
    assert error["code"] == "backup-too-new"
    assert "9999_later" in error["detail"]


def test_restore_does_not_overwrite_a_home(restored: Restored, running_footnote: Stack, tmp_path: Path) -> None:
    words = ["restore", str(restored.backup), "--secrets", str(restored.folder / "safe")]
    error = run_refused([*words, "--home", str(running_footnote.home.path)], tmp_path)
    assert error["code"] == "home-not-empty"


def test_backup_needs_a_home_and_a_new_folder_outside_it(
    restored: Restored, running_footnote: Stack, tmp_path: Path
) -> None:
    home = ["--home", str(running_footnote.home.path)]
    assert run_refused(["backup", "one", "--home", "empty"], tmp_path)["code"] == "home-missing"
    assert run_refused(["backup", str(restored.backup), *home], tmp_path)["code"] == "backup-exists"
    inside = str(running_footnote.home.path / "backup")
    assert run_refused(["backup", inside, *home], tmp_path)["code"] == "backup-exists"


def test_folder_of_a_killed_backup_is_deleted_by_the_next_one(tmp_path: Path) -> None:
    draft = "import os, pathlib, signal, sys; from app.stack.backup.folders import whole_folder"
    killed = f"{draft}\nwith whole_folder(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    assert subprocess.run([sys.executable, "-c", killed, str(tmp_path / "monday")], check=False).returncode == -9
    (left,) = tmp_path.iterdir()
    with whole_folder(tmp_path / "tuesday") as unfinished:
        assert not left.exists()
        assert not (tmp_path / "tuesday").exists()
        (unfinished / "file").touch()
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["tuesday", "tuesday/file"]


def test_folder_of_an_earlier_process_with_the_same_id_is_deleted(tmp_path: Path) -> None:
    (tmp_path / f".monday.footnote-draft-{platform.node()}-{os.getpid()}" / "file").mkdir(parents=True)
    with whole_folder(tmp_path / "monday"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["monday"]


def test_unreadable_homes_and_backups_are_explained(tmp_path: Path) -> None:
    unreadable = "n" * 300  # no file system has names of this length
    error = run_refused(["backup", "one", "--home", unreadable], tmp_path)
    assert (error["code"], "File name too long" in error["detail"]) == ("backup-failed", True)
    error = run_refused(["restore", unreadable, "--home", "home"], tmp_path)
    assert (error["code"], "File name too long" in error["detail"]) == ("restore-failed", True)
    assert list(tmp_path.iterdir()) == []


def test_failed_backup_leaves_nothing(running_footnote: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This `pg_dump` ends in the middle of the dump."""
    (tmp_path / "programs").mkdir()
    program = tmp_path / "programs" / "pg_dump"
    program.write_text("#!/bin/sh\necho PGDMP\necho 'pg_dump: error: the connection was lost' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(tools, "binaries", lambda: program.parent)
    error = run_refused(["backup", "made/one", "--home", str(running_footnote.home.path)], tmp_path)
    assert error["code"] == "backup-failed"
    assert "the connection was lost" in error["detail"]
    assert list((tmp_path / "made").iterdir()) == []


def test_page_commands_dump_and_restore_an_external_database(
    postgres: EmbeddedPostgres, module_database: TestDatabase, tmp_path: Path
) -> None:
    admin = TenantAdmin(owner=module_database.owner, clock=SystemClock())
    tenant = admin.create_tenant(slug="external", name="External")
    user, _ = admin.create_user(tenant, email="ada@example.com", name="Ada", roles=[Role.EDITOR])
    principal = Principal(tenant, user)
    AccessService(database=module_database.api).create_collection(principal, name="Loans")
    environment = {**libpq(postgres, tmp_path), "PGDATABASE": module_database.name}
    assert "row-level security" in dump_as_owner(environment, module_database)
    try:
        check_blocks(read_section(PAGE, "### Back up external services"), tmp_path, environment)
    finally:
        with _connect(postgres.url("postgres", module_database.name)) as connection:
            connection.execute("DROP OWNED BY backup_reader; DROP ROLE backup_reader")
    other = f"{module_database.name}_restored"
    ensure_database(postgres.url("postgres", "postgres"), other)
    try:
        owner_url = {"PGDATABASE": other, "FOOTNOTE_DATABASE__OWNER_URL": postgres.url("owner", other)}
        check_blocks(read_section(PAGE, "### Restore external services"), tmp_path, {**environment, **owner_url})
        with (
            _connect(postgres.url("postgres", module_database.name)) as before,
            _connect(postgres.url("postgres", other)) as after,
        ):
            assert read_tables(after) == read_tables(before)
        assert read_classes(postgres.url("api", other), principal) == read_classes(
            module_database.urls["api"], principal
        )
    finally:
        drop_database(postgres.url("postgres", "postgres"), other)


def libpq(server: EmbeddedPostgres, home: Path) -> dict[str, str]:
    """Return the variables that the page's commands read, and write `.pgpass` to the folder `home`."""
    passwords = home / ".pgpass"
    administrator = make_url(server.url("postgres")).password
    passwords.write_text(f"*:*:*:postgres:{administrator}\n*:*:*:backup_reader:choose-a-password\n")
    passwords.chmod(0o600)
    return {
        "PATH": f"{binaries()}:{os.environ['PATH']}",
        "HOME": str(home),
        "PGPASSFILE": str(passwords),
        "PGHOST": str(server.socket_folder),
        "PGUSER": "postgres",
    }


def dump_as_owner(environment: Mapping[str, str], database: TestDatabase) -> str:
    password = str(make_url(database.urls["owner"]).password)
    command = [str(binaries() / "pg_dump"), "--username=footnote_owner", "--file=/dev/null"]
    ended = subprocess.run(
        command, env={**environment, "PGPASSWORD": password}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    return ended.stderr


def read_classes(url: str, principal: Principal) -> object:
    engine = build_engine(url, pool_size=1, statement_timeout_ms=30_000, application_name="test-api")
    database = Database(engine=engine)
    try:
        with database.transaction(principal) as session:
            return session.scalar(text("SELECT visible_classes()"))
    finally:
        database.close()

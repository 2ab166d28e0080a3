"""Makes a backup of a home, while Footnote runs on it or while it is stopped."""

import base64
import errno
import importlib.metadata
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from filelock import FileLock, Timeout

from app.core.clock import SystemClock
from app.stack.backup.errors import BackupExistsError, BackupFailedError, HomeMissingError
from app.stack.backup.folders import copy_file, read_checksum, whole_folder
from app.stack.backup.manifest import BLOBS, DUMP, SECRETS, BackupKey, Manifest, StoredFile, write_manifest
from app.stack.backup.snapshot import DatabaseSnapshot, open_snapshot
from app.stack.backup.tools import dump_database
from app.stack.founding import TENANT
from app.stack.home import ADMIN_KEY, Home
from app.stack.servers.databases import SUPERUSER
from app.stack.servers.postgres import EmbeddedPostgres
from app.storage.encryption import EncryptingWriter
from app.storage.keyfile import load_key_file
from app.storage.keyring import Keyring


def make_backup(
    home: Home, target: Path, *, include_secrets: bool, report: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Make a backup in the new folder `target`. If anything fails, no folder is left.

    The rows are those of one moment. The blobs are all that these rows refer to, and perhaps later ones, which the
    restored Footnote deletes after a day. With `include_secrets`, the backup also contains the storage key and the
    administrator's key, so anyone who has the backup can read it.

    Raises HomeMissingError, BackupExistsError, BackupFailedError, StorageKeyError, ServerStartError.
    """
    with _disk_errors_reported(home, target):
        if not (home.postgres / "PG_VERSION").exists():
            raise HomeMissingError(f"{home.path} is not a home of Footnote: choose the home with --home.")
        if target.exists():
            raise BackupExistsError(f"{target} exists already: choose another name for the backup.")
        if target.is_relative_to(home.path):
            raise BackupExistsError(f"{target} is inside the home, and would be lost with it: choose another folder.")
        with _started_database(home, report) as database, whole_folder(target) as draft:
            return _write(home, database, draft, include_secrets=include_secrets, report=report)


def _write(
    home: Home, database: EmbeddedPostgres, draft: Path, *, include_secrets: bool, report: Callable[[str], None]
) -> Manifest:
    backup_id, made_at, key = uuid4(), SystemClock().now(), BackupKey()
    keyring = Keyring(keks=load_key_file(home.storage_key), repository=key)
    url = database.url(SUPERUSER, "footnote")
    with open_snapshot(url) as snapshot:
        report("Dumping the database")
        dump_digest = _write_dump(url, snapshot, draft / DUMP, backup_id, keyring)
        report("Copying the blobs")
        blobs = list(_copy_blobs(home, draft, snapshot))
    names = {file.path.removeprefix(f"{BLOBS}/") for file in blobs}
    secrets = list(_copy_secrets(home, draft)) if include_secrets else []
    tenant = home.read_secret(TENANT)
    assert key.row is not None, "writing the dump created the data key"
    manifest = Manifest(
        id=backup_id,
        made_at=made_at,
        version=importlib.metadata.version("footnote"),
        postgres=snapshot.server,
        revision=snapshot.revision,
        tenant=None if tenant is None else UUID(tenant),
        kek_id=key.row.kek_id,
        needed_keks=snapshot.keks,
        wrapped_key=base64.b64encode(key.row.wrapped_key).decode(),
        dump_digest=dump_digest,
        missing=tuple(sorted(snapshot.blobs - names)),
        files=(read_checksum(draft, DUMP), *blobs, *secrets),
    )
    write_manifest(draft, manifest, keyring)
    return manifest


def _write_dump(url: str, snapshot: DatabaseSnapshot, path: Path, backup_id: UUID, keyring: Keyring) -> str:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        writer = EncryptingWriter(file, tenant_id=backup_id, key=keyring.get_current(backup_id))
        dump_database(url, snapshot=snapshot.name, write=writer.write)
        digest = writer.finish()
        file.flush()
        os.fsync(file.fileno())
    return digest


def _copy_blobs(home: Home, draft: Path, snapshot: DatabaseSnapshot) -> Iterator[StoredFile]:
    for path in sorted(home.blobs.glob("[!.]*/*/**/*")):
        name = path.relative_to(home.blobs)
        if not path.is_file() or _is_later_checkpoint(name, snapshot):
            continue
        listed = f"{BLOBS}/{name.as_posix()}"
        yield copy_file(path, draft / listed, listed_as=listed)


def _is_later_checkpoint(name: Path, snapshot: DatabaseSnapshot) -> bool:
    """Return whether the file is a copy of an audit checkpoint that is newer than the snapshot's rows.

    With such a copy, the restored log would look as if rows were removed from its end.
    """
    root, tenant, *_, number = name.parts
    if root != "audit" or not number.isdecimal():
        return False
    try:
        return int(number) > snapshot.last_links.get(UUID(tenant), 0)
    except ValueError:
        return False


def _copy_secrets(home: Home, draft: Path) -> Iterator[StoredFile]:
    for path in (home.storage_key, home.secrets / ADMIN_KEY):
        if path.exists():
            listed = f"{SECRETS}/{path.name}"
            yield copy_file(path, draft / listed, listed_as=listed)


@contextmanager
def _started_database(home: Home, report: Callable[[str], None]) -> Iterator[EmbeddedPostgres]:
    """Yield the home's database. If Footnote does not run, start its database, and stop it afterwards."""
    lock = FileLock(home.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield EmbeddedPostgres(home)
        return
    try:
        report("Starting PostgreSQL")
        with EmbeddedPostgres(home) as database:
            yield database
    finally:
        lock.release()


@contextmanager
def _disk_errors_reported(home: Home, target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise BackupFailedError(
            f"The disk of {target} is full: free some space, or choose a folder on another disk."
            if full
            else f"The home {home.path} cannot be read, or {target} cannot be written ({error.strerror})."
        ) from error

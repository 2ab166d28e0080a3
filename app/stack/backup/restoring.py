"""Restores a backup to a new home."""

import errno
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import psycopg
from sqlalchemy.engine import make_url

from app.db.migrate import list_revisions
from app.db.served import check_can_be_upgraded
from app.stack.backup.errors import (
    BackupDamagedError,
    BackupIncompleteError,
    BackupKeyError,
    BackupTooNewError,
    HomeNotEmptyError,
    RestoreFailedError,
)
from app.stack.backup.folders import copy_file, read_checksum, whole_folder
from app.stack.backup.manifest import DUMP, SECRETS, Manifest, check_seal, open_keyring, read_manifest
from app.stack.backup.tools import restore_database
from app.stack.founding import TENANT
from app.stack.home import ADMIN_KEY, Home, write_private
from app.stack.schema import forget_context_keys
from app.stack.servers.databases import SUPERUSER
from app.stack.servers.postgres import SETTINGS, EmbeddedPostgres
from app.storage.encryption import FRAME_BYTES, DecryptingReader
from app.storage.errors import BlobDamagedError
from app.storage.keyfile import load_key_file
from app.storage.keyring import Keyring

_LOADING: Mapping[str, str] = MappingProxyType({**SETTINGS, "synchronous_commit": "off", "autovacuum": "off"})
"""Settings of PostgreSQL while it loads the dump. If the machine crashes meanwhile, the new home is discarded."""


def restore_backup(
    folder: Path, home: Home, *, secrets: Path | None, report: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Restore a backup to the new home, and check each of its files. If anything fails, no home is left.

    `secrets` is a copy of the old home's `secrets/`; by default, those in the backup are used. The passwords of the
    database and the broker are new. The administrator's key is kept if `secrets` contains it.

    Raises HomeNotEmptyError, RestoreFailedError, StorageKeyError, ServerStartError, SchemaTooOldError, and the errors
    of `app.stack.backup.errors` that begin with "Backup".
    """
    with _disk_errors_reported(home):
        manifest, given, keyring = _check(folder, home, secrets)
        with whole_folder(home.path) as draft:
            _restore(folder, manifest, Home.at(draft), given=given, keyring=keyring, report=report)
    return manifest


def _check(folder: Path, home: Home, secrets: Path | None) -> tuple[Manifest, Path, Keyring]:
    """Check the backup and the place of the home. Return the manifest, the folder of the key file, and the keys."""
    manifest = read_manifest(folder)
    given = _find_secrets(folder, secrets)
    keyring = open_keyring(manifest, load_key_file(given / home.storage_key.name))
    check_seal(folder, keyring)
    check_can_be_upgraded(manifest.revision)
    if manifest.revision not in list_revisions():
        raise BackupTooNewError(
            f"Footnote {manifest.version} or newer is needed for this backup (revision {manifest.revision}): install "
            "that version, then restore it."
        )
    _check_files(folder, manifest)
    if home.path.exists() and not (home.path.is_dir() and not any(home.path.iterdir())):
        raise HomeNotEmptyError(f"{home.path} is not empty: choose a folder that does not exist with --home.")
    return manifest, given, keyring


def _restore(
    folder: Path, manifest: Manifest, draft: Home, *, given: Path, keyring: Keyring, report: Callable[[str], None]
) -> None:
    draft.ensure()
    write_private(draft.storage_key, (given / draft.storage_key.name).read_text())
    if (given / ADMIN_KEY).exists():
        draft.write_secret(ADMIN_KEY, (given / ADMIN_KEY).read_text().strip())
    if manifest.tenant is not None:
        draft.write_secret(TENANT, str(manifest.tenant))
    report("Copying the blobs")
    for file in manifest.blobs:
        if copy_file(folder / file.path, draft.path / file.path, listed_as=file.path) != file:
            raise _changed(file.path)
    report("Restoring the database")
    with EmbeddedPostgres(draft, settings=_LOADING) as database:
        database.databases.ensure_database()
        with _open_dump(folder, manifest, keyring) as dump:
            restore_database(database.url(SUPERUSER, "footnote"), dump=dump)
        # The roles have new passwords, which their keys are derived from.
        forget_context_keys(database.url("owner"))
        _analyse(database.url(SUPERUSER, "footnote"))


def _find_secrets(folder: Path, secrets: Path | None) -> Path:
    """Return the folder with the key file. Raises BackupKeyError."""
    found = folder / SECRETS if secrets is None else secrets
    if (found / Home.at(folder).storage_key.name).exists():
        return found
    raise BackupKeyError(
        None
        if secrets is None
        else f"{secrets} has no {Home.at(folder).storage_key.name}: name a copy of the home's folder secrets."
    )


def _check_files(folder: Path, manifest: Manifest) -> None:
    """Check that all files have their sizes, and the dump its checksum. Blobs are checked while they are copied."""
    for file in manifest.files:
        try:
            size = (folder / file.path).stat().st_size
        except FileNotFoundError as error:
            raise BackupIncompleteError(
                f"{file.path} is missing in the backup: copy the backup again, or choose another."
            ) from error
        if size != file.size_bytes or (file.path == DUMP and read_checksum(folder, DUMP) != file):
            raise _changed(file.path)


def _changed(name: str) -> BackupDamagedError:
    return BackupDamagedError(f"{name} was changed or damaged after the backup was made: copy the backup again.")


@contextmanager
def _open_dump(folder: Path, manifest: Manifest, keyring: Keyring) -> Iterator[BinaryIO]:
    """Open the decrypted dump. Each byte is verified before it is read. Raises BackupDamagedError."""
    try:
        with (folder / DUMP).open("rb") as file:
            reader = DecryptingReader(file, tenant_id=manifest.id, digest=manifest.dump_digest, keyring=keyring)
            with io.BufferedReader(reader, buffer_size=FRAME_BYTES) as dump:
                yield dump
    except BlobDamagedError as error:
        raise _changed(DUMP) from error


def _analyse(url: str) -> None:
    """Collect the planner's statistics, which a dump does not contain."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("ANALYZE")


@contextmanager
def _disk_errors_reported(home: Home) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise RestoreFailedError(
            f"The disk of {home.path} is full: free some space, or choose a folder on another disk."
            if full
            else f"The home {home.path} cannot be written, or the backup cannot be read ({error.strerror})."
        ) from error

"""The manifest of a backup: its contents with their checksums, its data key, and a seal over all of it."""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from app.stack.backup.errors import BackupDamagedError, BackupForeignError, BackupIncompleteError, BackupKeyError
from app.stack.home import write_private
from app.storage.errors import StorageKeyError
from app.storage.keyfile import KeyEncryptionKeys
from app.storage.keyring import Keyring, WrappedDataKey
from app.storage.sealing import Sealer

MANIFEST, DUMP, BLOBS, SECRETS = "manifest.json", "database.dump", "blobs", "secrets"
_FORMAT = "footnote-backup-1"
_PURPOSE = "backup manifest"
_KEY_VERSION = 1


class StoredFile(BaseModel):
    """A file of a backup: its path inside the folder, its size, and the SHA-256 of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup contains.

    `wrapped_key` is the data key (base64), wrapped by the key `kek_id` of the key file. `needed_keks` are the ids of
    all keys of the key file that the database's rows need. `dump_digest` is the SHA-256 of the decrypted dump.
    `tenant` is the ID of the home's first tenant. `missing` names the blobs that rows refer to, but that the home had
    lost before the backup.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    made_at: datetime
    version: str
    postgres: str
    revision: str
    tenant: UUID | None
    kek_id: str
    needed_keks: tuple[str, ...]
    wrapped_key: str
    dump_digest: str
    missing: tuple[str, ...]
    files: tuple[StoredFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def blobs(self) -> Sequence[StoredFile]:
        return [file for file in self.files if file.path.startswith(f"{BLOBS}/")]


@dataclass(slots=True)
class BackupKey:
    """Implements `DataKeyRepository` for the data key of one backup."""

    row: WrappedDataKey | None = None

    def find_latest(self, tenant_id: UUID) -> WrappedDataKey | None:
        return self.find(tenant_id, _KEY_VERSION)

    def find(self, tenant_id: UUID, version: int) -> WrappedDataKey | None:
        row = self.row
        return row if row is not None and (row.tenant_id, row.version) == (tenant_id, version) else None

    def insert(self, key: WrappedDataKey) -> WrappedDataKey:
        self.row = self.row or key
        return self.row

    def list_all(self, tenant_id: UUID) -> Sequence[WrappedDataKey]:
        found = self.find_latest(tenant_id)
        return [] if found is None else [found]

    def replace(self, old: WrappedDataKey, new: WrappedDataKey) -> bool:
        if self.row != old:
            return False
        self.row = new
        return True


def open_keyring(manifest: Manifest, keks: KeyEncryptionKeys) -> Keyring:
    """Return the keyring that decrypts the backup. Raises BackupKeyError if the key file is not the home's."""
    try:
        wrapped = base64.b64decode(manifest.wrapped_key, validate=True)
    except ValueError as error:
        raise BackupDamagedError from error
    row = WrappedDataKey(manifest.id, _KEY_VERSION, wrapped, manifest.kek_id)
    keyring = Keyring(keks=keks, repository=BackupKey(row))
    try:
        keyring.get_current(manifest.id)
    except StorageKeyError as error:
        raise BackupKeyError(
            "This key file does not open the backup: use the key file of the home that was backed up."
        ) from error
    lost = set(manifest.needed_keks) - keks.keys.keys()
    if lost:
        raise BackupKeyError(
            f"The key file lacks keys that this backup needs ({', '.join(sorted(lost))}): use a newer copy of it."
        )
    return keyring


def write_manifest(folder: Path, manifest: Manifest, keyring: Keyring) -> None:
    """Write the manifest, sealed with the backup's data key."""
    contents = manifest.model_dump(mode="json")
    sealed = {"format": _FORMAT, "seal": _seal(contents, manifest.id, keyring), "contents": contents}
    write_private(folder / MANIFEST, json.dumps(sealed, indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read a backup's manifest. Its seal is not verified yet (`check_seal`).

    Raises BackupForeignError, BackupIncompleteError, BackupDamagedError.
    """
    return _read(folder)[0]


def check_seal(folder: Path, keyring: Keyring) -> None:
    """Verify the manifest's seal. Raises BackupDamagedError if the manifest was changed."""
    manifest, contents, seal = _read(folder)
    if not hmac.compare_digest(seal.encode(), _seal(contents, manifest.id, keyring).encode()):
        raise BackupDamagedError


def _read(folder: Path) -> tuple[Manifest, object, str]:
    try:
        content = (folder / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        is_half_written = (folder / DUMP).exists() or (folder / BLOBS).exists()
        raise (BackupIncompleteError if is_half_written else BackupForeignError) from error
    except ValueError as error:
        raise BackupForeignError from error
    try:
        fields = json.loads(content)
    except ValueError as error:
        raise BackupDamagedError from error
    if not isinstance(fields, dict) or fields.get("format") != _FORMAT:
        raise BackupForeignError
    try:
        return Manifest.model_validate(fields["contents"]), fields["contents"], str(fields["seal"])
    except (KeyError, ValidationError) as error:
        raise BackupDamagedError from error


def _seal(contents: object, backup_id: UUID, keyring: Keyring) -> str:
    canonical = json.dumps(contents, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return Sealer(keyring=keyring).digest(backup_id, _PURPOSE, canonical.encode())

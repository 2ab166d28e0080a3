"""Copies of checkpoints are stored beside the blobs. Each copy is one object. Its name contains the number of its link,
and it is written once.

Copies contain no document content, so they are not encrypted. Read access and the public keys suffice to verify them.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.audit.chain.checkpoints import Checkpoint, parse_checkpoint, print_checkpoint
from app.audit.errors import CheckpointFormatError
from app.storage.errors import BlobMissingError, StorageUnavailableError, disk_errors_mapped
from app.storage.port import ObjectBackend

_ROOT = "audit"
_NUMBERED = "links-"
_MAX_COPY_BYTES = 4096
_LINKS_PER_FOLDER = 10_000


@dataclass(frozen=True, slots=True)
class KeptCopies:
    """All copies for a tenant: `checkpoints`, sorted by sequence, and the names of objects that are invalid copies."""

    checkpoints: Sequence[Checkpoint]
    unreadable: Sequence[str]


class StoredCheckpoints:
    """Implements `CheckpointCopies` with any object backend."""

    def __init__(self, *, backend: ObjectBackend) -> None:
        self._backend = backend

    def keep(self, checkpoint: Checkpoint) -> Checkpoint:
        name = _name(checkpoint.tenant_id, checkpoint.sequence)
        with disk_errors_mapped():
            handle, path = tempfile.mkstemp(dir=self._backend.spool_dir)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(print_checkpoint(checkpoint) + "\n")
        spooled = Path(path)
        try:
            if self._backend.publish_once(spooled, name):
                return checkpoint
        finally:
            spooled.unlink(missing_ok=True)
        return self._read(checkpoint.tenant_id, name)

    def find_newest(self, tenant_id: UUID, *, since: int) -> Checkpoint | None:
        # Usually a copy of link `since` or of a later link exists. The many earlier copies are then not listed.
        last = self._find_last(tenant_id, after=_name(tenant_id, since - 1) if since else "")
        return last if last is not None or not since else self._find_last(tenant_id, after="")

    def read_kept(self, tenant_id: UUID) -> KeptCopies:
        """Return all copies for a tenant. Raises StorageUnavailableError."""
        read: list[Checkpoint] = []
        unreadable: list[str] = []
        for found in self._backend.list_objects(_folder(tenant_id)):
            try:
                read.append(self._read(tenant_id, found.name))
            except (CheckpointFormatError, BlobMissingError):
                unreadable.append(found.name)
            except StorageUnavailableError:
                self._backend.exists(found.name)  # this raises if the whole backend fails, not only this object
                unreadable.append(found.name)
        return KeptCopies(sorted(read, key=lambda item: item.sequence), unreadable)

    def list_tenants(self) -> Iterator[UUID]:
        """List the tenants that have copies. Raises StorageUnavailableError."""
        for name in self._backend.list_folders(_ROOT):
            try:
                yield UUID(name)
            except ValueError:
                continue

    def _find_last(self, tenant_id: UUID, *, after: str) -> Checkpoint | None:
        for found in reversed(list(self._backend.list_objects(_folder(tenant_id), after=after))):
            try:
                return self._read(tenant_id, found.name)
            except (CheckpointFormatError, BlobMissingError):
                continue  # `audit verify` reports these
        return None

    def _read(self, tenant_id: UUID, name: str) -> Checkpoint:
        """Read a copy. Raises CheckpointFormatError if it is invalid, or belongs to another tenant or link."""
        with self._backend.open(name) as source:
            checkpoint = parse_checkpoint(source.read(_MAX_COPY_BYTES).decode("utf-8", errors="replace"))
        if checkpoint.tenant_id != tenant_id or name != _name(tenant_id, checkpoint.sequence):
            raise CheckpointFormatError
        return checkpoint


def _folder(tenant_id: UUID) -> str:
    return f"{_ROOT}/{tenant_id}"


def _name(tenant_id: UUID, sequence: int) -> str:
    # The number is padded to the digits of the largest bigint, so that names sort by number.
    return f"{_folder(tenant_id)}/{_NUMBERED}{sequence // _LINKS_PER_FOLDER:015d}/{sequence:019d}"

"""Checkpoints kept beside the blobs: an object each, named by its link's number and written once.

What it says is signed and tells nothing of content, so it is not encrypted; whoever may only read it can verify.
Earlier versions kept an object an hour, the newest of that hour, named by the time: those are still read.
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
_NUMBERED = "links-"  # after the hourly names, which begin with a digit, in the order of names
_LONGEST = 4096
_A_FOLDER = 10_000


@dataclass(frozen=True, slots=True)
class KeptCopies:
    """All copies of a tenant: `checkpoints` by sequence, and the names of those that are none of it (any more)."""

    checkpoints: Sequence[Checkpoint]
    unreadable: Sequence[str]


class StoredCheckpoints:
    """`CheckpointCopies` over any place for objects."""

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
        # Mostly there is one from there on, and the many before it need not be listed.
        last = self._find_last(tenant_id, after=_name(tenant_id, since - 1) if since else "")
        return last if last is not None or not since else self._find_last(tenant_id, after="")

    def read_kept(self, tenant_id: UUID) -> KeptCopies:
        """Raises StorageUnavailableError."""
        read: list[Checkpoint] = []
        unreadable: list[str] = []
        for found in self._backend.list_objects(_folder(tenant_id)):
            try:
                read.append(self._read(tenant_id, found.name))
            except (CheckpointFormatError, BlobMissingError):
                unreadable.append(found.name)
            except StorageUnavailableError:
                self._backend.exists(found.name)  # raises where it is the place, and not the one object
                unreadable.append(found.name)
        return KeptCopies(sorted(read, key=lambda item: item.sequence), unreadable)

    def list_tenants(self) -> Iterator[UUID]:
        """Those of whom there are copies. Raises StorageUnavailableError."""
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
                continue  # which `audit verify` tells
        return None

    def _read(self, tenant_id: UUID, name: str) -> Checkpoint:
        """Raises CheckpointFormatError, also when it is the checkpoint of another tenant or number."""
        with self._backend.open(name) as source:
            checkpoint = parse_checkpoint(source.read(_LONGEST).decode("utf-8", errors="replace"))
        numbered = name.startswith(f"{_folder(tenant_id)}/{_NUMBERED}")
        if checkpoint.tenant_id != tenant_id or (numbered and name != _name(tenant_id, checkpoint.sequence)):
            raise CheckpointFormatError
        return checkpoint


def _folder(tenant_id: UUID) -> str:
    return f"{_ROOT}/{tenant_id}"


def _name(tenant_id: UUID, sequence: int) -> str:
    # As many digits as the largest bigint has: the order of names is that of numbers.
    return f"{_folder(tenant_id)}/{_NUMBERED}{sequence // _A_FOLDER:015d}/{sequence:019d}"

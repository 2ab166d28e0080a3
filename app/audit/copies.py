"""Checkpoints kept beside the blobs: an object an hour, which holds the newest of that hour.

What it says is signed and tells nothing of content, so it is not encrypted; whoever may only read it can verify.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from app.audit.checkpoints import Checkpoint, parse_checkpoint, print_checkpoint
from app.storage.errors import disk_errors_mapped
from app.storage.port import ObjectBackend

_LONGEST = 4096


class StoredCheckpoints:
    """`CheckpointCopies` over any place for objects."""

    def __init__(self, *, backend: ObjectBackend) -> None:
        self._backend = backend

    def keep(self, checkpoint: Checkpoint) -> None:
        with disk_errors_mapped():
            handle, name = tempfile.mkstemp(dir=self._backend.spool_dir)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(print_checkpoint(checkpoint) + "\n")
        spooled = Path(name)
        try:
            self._backend.publish(spooled, _name(checkpoint))
        finally:
            spooled.unlink(missing_ok=True)

    def list_kept(self, tenant_id: UUID) -> Iterator[Checkpoint]:
        for found in sorted(self._backend.list_objects(_folder(tenant_id)), key=lambda item: item.name):
            with self._backend.open(found.name) as source:
                yield parse_checkpoint(source.read(_LONGEST).decode("utf-8", errors="replace"))


def _folder(tenant_id: UUID) -> str:
    return f"audit/{tenant_id}"


def _name(checkpoint: Checkpoint) -> str:
    return f"{_folder(checkpoint.tenant_id)}/{checkpoint.signed_at:%Y-%m-%d/%H}"

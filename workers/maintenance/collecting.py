"""Deletes unreferenced data: keys of stage outputs that no run needs, and blobs to which no row refers.

A blob is written before the row that refers to it, so a young blob is kept. An older blob is locked before it is
deleted, so that no upload of the same bytes can use it (`app.storage.holding`). If a deleted output is needed after
all, its stage runs again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.db.session import Database, system_principal
from app.observability.logging import get_logger
from app.storage.holding import claim_blob
from app.storage.port import BlobStore

_BATCH = 500

# Keeps the outputs of unfinished runs, and those of the latest run of each version, unless the document is deleted.
_FORGET_OUTPUTS = text("""
    DELETE FROM stage_outputs o WHERE o.created_at < :made_before AND NOT EXISTS (
        SELECT 1 FROM stages s
        JOIN runs r ON r.tenant_id = s.tenant_id AND r.id = s.run_id
        JOIN documents d ON d.tenant_id = r.tenant_id AND d.id = r.document_id
        WHERE s.tenant_id = o.tenant_id AND s.output_key = o.key AND d.deleted_at IS NULL
          AND (r.status IN ('queued', 'running') OR NOT EXISTS (
              SELECT 1 FROM runs later
              WHERE later.tenant_id = r.tenant_id AND later.version_id = r.version_id AND later.id > r.id)))
""")

# Checks every column that contains the digest of a blob. The file of a deleted document is kept while its rows exist.
_UNREFERENCED = text("""
    SELECT digest FROM unnest(CAST(:digests AS text[])) AS asked(digest)
    WHERE NOT EXISTS (SELECT 1 FROM document_versions v WHERE v.content_sha256 = digest)
      AND NOT EXISTS (SELECT 1 FROM stage_outputs o WHERE o.blob_digest = digest)
""")


@dataclass(frozen=True, slots=True)
class Collected:
    """The numbers of deleted output keys and deleted blobs."""

    outputs: int
    blobs: int


class BlobCollector:
    """Deletes one tenant's unreferenced data. Any number of collectors may run at once, and each may be killed at any
    moment.

    No blob younger than `grace` is deleted. `grace` must exceed the duration of any upload or stage. An output that no
    run needs is deleted when it is older than `keep_outputs`.
    """

    def __init__(
        self, *, database: Database, blobs: BlobStore, clock: Clock, grace: timedelta, keep_outputs: timedelta
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._grace = grace
        self._keep_outputs = keep_outputs

    def collect(self, tenant_id: UUID) -> Collected:
        """Delete outputs that no run needs, then unreferenced blobs. Return how many of each were deleted.

        Raises UnavailableError when the database or the storage is down.
        """
        now = self._clock.now()
        with self._database.transaction(system_principal(tenant_id)) as session:
            forgotten = session.execute(_FORGET_OUTPUTS, {"made_before": now - self._keep_outputs})
            outputs = cast(CursorResult[Any], forgotten).rowcount
        written_before = now - self._grace
        old = list(self._blobs.list_older(tenant_id, written_before))
        blobs = 0
        for start in range(0, len(old), _BATCH):
            with self._database.transaction(system_principal(tenant_id)) as session:
                unreferenced = _list_unreferenced(session, old[start : start + _BATCH])
            blobs += sum(self._remove(tenant_id, digest, written_before) for digest in unreferenced)
        if outputs or blobs:
            get_logger(__name__).info("storage.blobs.collected", tenant_id=tenant_id, outputs=outputs, blobs=blobs)
        return Collected(outputs=outputs, blobs=blobs)

    def _remove(self, tenant_id: UUID, digest: str, written_before: datetime) -> bool:
        with self._database.transaction(system_principal(tenant_id)) as session:
            if not claim_blob(session, tenant_id, digest) or not _list_unreferenced(session, [digest]):
                return False
            return self._blobs.delete_older(tenant_id, digest, written_before)


def _list_unreferenced(session: Session, digests: Sequence[str]) -> Sequence[str]:
    return session.scalars(_UNREFERENCED, {"digests": list(digests)}).all()

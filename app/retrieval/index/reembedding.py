"""The rows of documents that are embedded again: their stored chunks, their new vectors, and the lease of the worker.

A document's new vectors are stored page by page beside the index. When all are there, one transaction puts them in the
place of the old ones, so that a search finds all vectors of a document in one space, or none.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pgvector import HalfVector
from sqlalchemy import CursorResult, func, insert, select, text
from sqlalchemy.orm import Session

from app.documents.content.chunks import indexed_text
from app.jobs.models import OutboxMessage
from app.jobs.plan import OUTBOX_CHANNEL, REEMBED_DOCUMENTS, Queue
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.index.writing import SIGNATURES, driver_connection, register_halfvec
from app.retrieval.models import Chunk, IndexedDocument, ReembeddedPage

# Class 0 is the class of deleted documents.
_OUTDATED = text("""
    SELECT DISTINCT c.document_id FROM chunk_signatures c
    JOIN indexed_documents i ON i.document_id = c.document_id AND i.access_class_id <> 0
    WHERE c.space_id IN (SELECT s.id FROM embedding_spaces s WHERE s.id <> :space)
      AND c.tenant_id = (SELECT current_tenant()) AND (CAST(:after AS uuid) IS NULL OR c.document_id > :after)
    ORDER BY c.document_id LIMIT :limit
""")
_CLAIM = text("""
    UPDATE reembeddings SET token = gen_random_uuid(), lease_expires_at = now() + make_interval(secs => :seconds)
    WHERE lease_expires_at IS NULL OR lease_expires_at <= now()
    RETURNING token, last_document
""")
_RELEASE = text("""
    UPDATE reembeddings SET token = NULL, lease_expires_at = NULL, called_at = now(),
        last_document = COALESCE(:document, last_document), error_code = :error_code,
        failures = CASE WHEN CAST(:error_code AS text) IS NULL THEN 0 ELSE failures + 1 END
    WHERE token = :token
""")
_HOLD = text("SELECT 1 FROM reembeddings WHERE token = :token FOR UPDATE")
_LOCK_DOCUMENT = text("SELECT 1 FROM documents WHERE id = :document AND deleted_at IS NULL FOR UPDATE")
_ADD_PAGE = """
INSERT INTO reembedded_pages (document_id, space_id, first_ordinal, tenant_id, input_digest, embeddings)
VALUES (%(document)s, %(space)s, %(first)s, %(tenant)s, %(digest)s, %(embeddings)b::halfvec[])
ON CONFLICT (document_id, space_id, first_ordinal)
    DO UPDATE SET input_digest = excluded.input_digest, embeddings = excluded.embeddings
"""
# Searches keep the ranks of chunks by the state of this row.
_MARK = "UPDATE indexed_documents SET chunk_count = chunk_count WHERE document_id = %(document)s"
_REMOVE = (
    "DELETE FROM chunk_embeddings WHERE document_id = %(document)s",
    "DELETE FROM chunk_signatures WHERE document_id = %(document)s",
)
_EMBEDDINGS = """
INSERT INTO chunk_embeddings (document_id, space_id, ordinal, tenant_id, access_class_id, embedding)
SELECT p.document_id, p.space_id, p.first_ordinal + e.place - 1, p.tenant_id, i.access_class_id, e.embedding
FROM reembedded_pages p JOIN indexed_documents i ON i.document_id = p.document_id,
    unnest(p.embeddings) WITH ORDINALITY AS e(embedding, place)
WHERE p.document_id = %(document)s AND p.space_id = %(space)s
"""


@dataclass(frozen=True, slots=True)
class ReembeddingLease:
    """The right of one worker to embed a tenant's documents again. `after` is the document that was worked on last."""

    tenant_id: UUID
    token: UUID
    after: UUID | None


@dataclass(frozen=True, slots=True)
class IndexedVersion:
    """The version in which a document is indexed, and the number of its chunks."""

    document_id: UUID
    version_id: UUID
    chunk_count: int


def input_digest(space: EmbeddingSpaceSpec, texts: Sequence[str]) -> str:
    """Return the SHA-256 (hex) of the embedding space and the texts: what the vectors of a page are computed from."""
    named = json.dumps([space.model, space.dimensions, space.version, list(texts)], ensure_ascii=False)
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


class ReembeddingRepository:
    """Reads and writes one tenant's rows, in the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- the lease ---------------------------------------------------------------------------------------------------

    def claim(self, tenant_id: UUID, *, seconds: float) -> ReembeddingLease | None:
        """Take the tenant's lease; return None if another worker has it, or if nothing was ever to be done."""
        row = self._session.execute(_CLAIM, {"seconds": seconds}).one_or_none()
        return None if row is None else ReembeddingLease(tenant_id, row.token, row.last_document)

    def hold(self, lease: ReembeddingLease) -> bool:
        """Return whether the lease is still valid, and keep it until the transaction ends."""
        return self._session.execute(_HOLD, {"token": lease.token}).one_or_none() is not None

    def release(self, lease: ReembeddingLease, *, document: UUID | None, error_code: str | None, more: bool) -> None:
        """End the lease, and queue the next task if there is `more` to do now.

        `document` is the document that was worked on last, and `error_code` tells why it could not be embedded.
        """
        parameters = {"token": lease.token, "document": document, "error_code": error_code}
        ended = cast(CursorResult[Any], self._session.execute(_RELEASE, parameters)).rowcount
        if not ended or not more:
            return
        payload: Mapping[str, object] = {
            "queue": Queue.MAINTENANCE.value,
            "trace": None,
            "arguments": {"tenant_id": str(lease.tenant_id)},
        }
        self._session.execute(
            insert(OutboxMessage)
            .values(
                tenant_id=lease.tenant_id,
                topic=REEMBED_DOCUMENTS,
                payload=payload,
                created_at=func.now(),
                available_at=func.now(),
            )
            .inline()
        )
        self._session.execute(select(func.pg_notify(OUTBOX_CHANNEL, "")))

    # --- reading -----------------------------------------------------------------------------------------------------

    def get_current_space(self) -> int | None:
        """Return the id of the space whose vectors all documents should have; None while several spaces are active."""
        return self._session.scalar(select(func.current_space()))

    def has_due_stage(self) -> bool:
        """Return whether an ingestion of any tenant waits for a worker."""
        return bool(self._session.scalar(select(func.has_due_stage())))

    def list_outdated(self, space_id: int, *, after: UUID | None, limit: int) -> Sequence[UUID]:
        """List documents with vectors of other spaces, in the order of their ids."""
        return self._session.scalars(_OUTDATED, {"space": space_id, "after": after, "limit": limit}).all()

    def find_version(self, document_id: UUID) -> IndexedVersion | None:
        row = self._session.get(IndexedDocument, document_id)
        return None if row is None else IndexedVersion(document_id, row.version_id, row.chunk_count)

    def list_texts(self, version: IndexedVersion, *, first: int, limit: int) -> list[str]:
        """List the texts of consecutive chunks of the version, from the chunk `first`."""
        rows = self._session.execute(
            select(Chunk.heading, Chunk.table_header, Chunk.text)
            .where(Chunk.document_id == version.document_id, Chunk.version_id == version.version_id)
            .where(Chunk.ordinal >= first, Chunk.ordinal < first + limit)
            .order_by(Chunk.ordinal)
        )
        return [indexed_text(*row) for row in rows]

    def find_digest(self, document_id: UUID, space_id: int, *, first: int) -> str | None:
        """Return the input's digest of a page that is already embedded."""
        page = (ReembeddedPage.document_id == document_id, ReembeddedPage.space_id == space_id)
        return self._session.scalar(
            select(ReembeddedPage.input_digest).where(*page, ReembeddedPage.first_ordinal == first)
        )

    # --- writing -----------------------------------------------------------------------------------------------------

    def add_page(
        self,
        lease: ReembeddingLease,
        document_id: UUID,
        space_id: int,
        *,
        first: int,
        digest: str,
        embeddings: npt.NDArray[np.float32],
    ) -> None:
        """Store the vectors of consecutive chunks, beside the index."""
        connection = driver_connection(self._session)
        register_halfvec(connection)
        with connection.cursor() as cursor:
            cursor.execute(
                _ADD_PAGE,
                {
                    "document": document_id,
                    "space": space_id,
                    "first": first,
                    "tenant": lease.tenant_id,
                    "digest": digest,
                    "embeddings": [HalfVector(row) for row in embeddings],
                },
            )

    def lock(self, version: IndexedVersion) -> bool:
        """Lock the document; return whether it is still indexed in this version."""
        locked = self._session.execute(_LOCK_DOCUMENT, {"document": version.document_id}).one_or_none()
        return locked is not None and self.find_version(version.document_id) == version

    def swap(self, version: IndexedVersion, space_id: int) -> None:
        """Put the new vectors in the place of those of all other spaces. The caller must have locked the document.

        Raises ValueError if vectors of some chunks are missing.
        """
        scope = {"document": version.document_id, "space": space_id}
        with driver_connection(self._session).cursor() as cursor:
            for statement in _REMOVE:
                cursor.execute(statement, scope)
            cursor.execute(_EMBEDDINGS, scope)
            if cursor.rowcount != version.chunk_count:
                raise ValueError(f"{cursor.rowcount} vectors of {version.chunk_count} chunks")
            cursor.execute(SIGNATURES, scope)
            cursor.execute(_MARK, scope)
            cursor.execute("DELETE FROM reembedded_pages WHERE document_id = %(document)s", scope)

"""Reads facts about a version's file, and marks versions as failed."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.errors import DocumentError
from app.documents.models import Document, DocumentVersion
from app.jobs.states import FailedRun
from workers.pipeline.contract import VersionFacts


class DocumentDeletedError(DocumentError):
    code = "document-deleted"
    title = "The document was deleted while it was being read."


def get_version_facts(session: Session, version_id: UUID) -> VersionFacts:
    """Return the facts about a version's file. Raises DocumentDeletedError."""
    row = session.execute(
        select(DocumentVersion, Document.filename, Document.deleted_at)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(DocumentVersion.id == version_id)
    ).one_or_none()
    if row is None or row.deleted_at is not None:
        raise DocumentDeletedError
    version = row.DocumentVersion
    return VersionFacts(
        tenant_id=version.tenant_id,
        document_id=version.document_id,
        version_id=version.id,
        content_sha256=version.content_sha256,
        size_bytes=version.size_bytes,
        filename=row.filename,
        media_type=version.media_type,
        sealed_password=version.sealed_password,
    )


def mark_version_failed(session: Session, failed: FailedRun) -> None:
    """Mark the version of a failed run as failed, unless an earlier run has already made it ready."""
    session.execute(
        update(DocumentVersion)
        .where(DocumentVersion.id == failed.version_id, DocumentVersion.status == "processing")
        .values(status="failed")
        .execution_options(synchronize_session=False)
    )

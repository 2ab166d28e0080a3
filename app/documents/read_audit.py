"""Audit rows of documents that were read."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.principal import Principal


def record_read(session: Session, principal: Principal, document_id: UUID) -> None:
    """For each answer that tells of one document by itself and of no change that it made, which is an event already."""
    record(session, principal, "documents.document.read", object_type="document", object_id=document_id)

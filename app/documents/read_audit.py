"""Audit records of document reads."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.principal import Principal


def record_read(session: Session, principal: Principal, document_id: UUID) -> None:
    """Record that the principal read a document. A change needs no read record: it has its own audit event."""
    record(session, principal, "documents.document.read", object_type="document", object_id=document_id)

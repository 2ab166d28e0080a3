"""SQL queries for the documents from which facts are read, under row-level security."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents.models import Document


class FactRepository:
    """Reads the documents that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_searchable(self, document_id: UUID) -> Document | None:
        """Return the document if it has a searchable version."""
        return self._session.scalar(
            select(Document).where(
                Document.id == document_id,
                Document.deleted_at.is_(None),
                Document.current_version_id.is_not(None),
            )
        )

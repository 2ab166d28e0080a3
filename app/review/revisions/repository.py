"""SQL of decisions. Rows are only inserted; the database applies them to fields and tasks."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.bulk import insert_row
from app.documents.models import Page
from app.review.deciding.rules import Outcome
from app.review.models import FieldRevision, FieldRow, ReviewPolicy


class RevisionRepository:
    """Writes revisions in the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert revisions, at most one of each field, with one statement."""
        if len(rows) == 1:
            insert_row(self._session, FieldRevision, rows[0])
        else:
            self._session.execute(insert(FieldRevision).inline(), list(rows))

    def find_page_texts(self, version_id: UUID, pages: Sequence[int]) -> dict[int, str]:
        """Return the texts of pages of a version."""
        query = select(Page.number, Page.text).where(Page.version_id == version_id, Page.number.in_(set(pages)))
        return {row.number: row.text for row in self._session.execute(query)}

    def list_policies(self) -> Sequence[ReviewPolicy]:
        return self._session.scalars(select(ReviewPolicy)).all()


def revision_row(
    outcome: Outcome, field: FieldRow, *, made_by: UUID, note: str = "", bulk_id: UUID | None = None
) -> dict[str, Any]:
    """Return the row of an outcome, without what the database sets."""
    answer = outcome.answer
    return {
        "field_id": field.id,
        "number": 0,
        "tenant_id": field.tenant_id,
        "document_id": field.document_id,
        "task_id": field.task_id,
        "action": outcome.action.value,
        "status": outcome.status.value,
        "answer": None if answer is None else answer.kind.value,
        "value": None if answer is None or answer.raw is None else dict(answer.raw),
        "evidence": [] if answer is None else [dict(each) for each in answer.evidence],
        "note": note,
        "policy": outcome.policy.value,
        "round": outcome.round,
        "sealed": outcome.sealed,
        "author": outcome.author,
        "released_by": outcome.released_by,
        "sampled": None if outcome.sampled is None else outcome.sampled.value,
        "bulk_id": bulk_id,
        "made_by": made_by,
        "made_at": None,
    }

"""SQL of the library. All queries run under row-level security, and each has a limit."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.answers.models import Citation
from app.library.views import MOST_COUNTED, Losses
from app.review.models import FieldRow, ReviewTask

_OPEN_STATES = ("queued", "reading", "open")


class LibraryRepository:
    """Reads what the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count_losses(self, document_ids: Collection[UUID]) -> Losses:
        """Count what ends with the documents, each up to `MOST_COUNTED`."""
        cited = select(Citation.question_id).where(Citation.document_id.in_(document_ids)).distinct()
        approved = select(FieldRow.id).where(
            FieldRow.document_id.in_(document_ids), FieldRow.in_force.is_not(None), FieldRow.removed_at.is_(None)
        )
        tasks = select(ReviewTask.id).where(
            ReviewTask.document_id.in_(document_ids), ReviewTask.state.in_(_OPEN_STATES)
        )
        return Losses(*(self._count(query) for query in (cited, approved, tasks)))

    def _count(self, query: Select[Any]) -> int:
        counted = query.limit(MOST_COUNTED).subquery()
        return int(self._session.scalar(select(func.count()).select_from(counted)) or 0)

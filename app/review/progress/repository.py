"""SQL of progress. It counts only rows that the principal may see: a blind reading counts once it is complete."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, and_, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.access.models import Collection
from app.db.session import SYSTEM_USER_ID
from app.documents.models import Document
from app.review.models import FieldRevision, FieldRow, ReviewTask, SchemaRow

MOST_READINGS = 20_000
MOST_DEALS = 1_000
_STATES = 5  # of tasks that are not superseded


class ProgressRepository:
    """Counts tasks, fields and decisions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count_deals(
        self, collection_id: UUID | None, schema: str | None
    ) -> Sequence[Row[UUID, str, str, int, int, int]]:
        """Return (collection, its name, state of tasks, tasks, fields, open fields)."""
        query = (
            select(
                Collection.id,
                Collection.name,
                ReviewTask.state,
                func.count(),
                func.coalesce(func.sum(ReviewTask.fields_total), 0),
                func.coalesce(func.sum(ReviewTask.fields_open), 0),
            )
            .join(Document, Document.collection_id == Collection.id)
            .join(ReviewTask, ReviewTask.document_id == Document.id)
            .where(ReviewTask.state != "superseded", Document.deleted_at.is_(None))
            .group_by(Collection.id, Collection.name, ReviewTask.state)
            .order_by(Collection.name, Collection.id)
            .limit(MOST_DEALS * _STATES)
        )
        if collection_id is not None:
            query = query.where(Collection.id == collection_id)
        if schema is not None:
            query = query.where(ReviewTask.schema_id.in_(select(SchemaRow.id).where(SchemaRow.key == schema)))
        return self._session.execute(query).all()

    def count_statuses(self, collection_id: UUID | None, schema: str | None) -> Sequence[Row[UUID, str, int]]:
        """Return (collection, status of fields, fields)."""
        query = (
            select(Document.collection_id, FieldRow.status, func.count())
            .join(ReviewTask, ReviewTask.id == FieldRow.task_id)
            .join(Document, Document.id == ReviewTask.document_id)
            .where(ReviewTask.state != "superseded", FieldRow.removed_at.is_(None), Document.deleted_at.is_(None))
            .group_by(Document.collection_id, FieldRow.status)
        )
        if collection_id is not None:
            query = query.where(Document.collection_id == collection_id)
        if schema is not None:
            query = query.where(ReviewTask.schema_id.in_(select(SchemaRow.id).where(SchemaRow.key == schema)))
        return self._session.execute(query).all()

    def count_decisions(self, since: datetime) -> Sequence[Row[UUID, str, int, int, int]]:
        """Return (person, action, decisions, fields, decisions in bulk), with blind readings that are not complete left
        out, also the principal's own: all readers see the same numbers.
        """
        query = (
            select(
                FieldRevision.made_by,
                FieldRevision.action,
                func.count(),
                func.count(FieldRevision.field_id.distinct()),
                func.count(case((FieldRevision.bulk_id.is_not(None), 1))),
            )
            .where(self._is_counted(since))
            .group_by(FieldRevision.made_by, FieldRevision.action)
        )
        return self._session.execute(query).all()

    def count_days(self, since: datetime) -> Sequence[Row[date, int, int]]:
        """Return (day in UTC, decisions, answers that came into force)."""
        day = cast(FieldRevision.made_at, Date)
        stands = case((FieldRevision.in_force == FieldRevision.number, 1))
        query = select(day, func.count(), func.count(stands)).where(self._is_counted(since))
        return self._session.execute(query.group_by(day).order_by(day)).all()

    def count_load(self) -> Sequence[Row[UUID, int, int]]:
        """Return (person, open tasks assigned, tasks claimed now)."""
        is_claimed = and_(ReviewTask.claimed_by.is_not(None), ReviewTask.claim_until > func.now())
        assigned = select(ReviewTask.assignee.label("person"), func.count().label("assigned")).where(
            ReviewTask.assignee.is_not(None), ReviewTask.state == "open"
        )
        claimed = select(ReviewTask.claimed_by.label("person"), func.count().label("claimed")).where(is_claimed)
        first = assigned.group_by(ReviewTask.assignee).subquery()
        second = claimed.group_by(ReviewTask.claimed_by).subquery()
        query = select(
            func.coalesce(first.c.person, second.c.person),
            func.coalesce(first.c.assigned, 0),
            func.coalesce(second.c.claimed, 0),
        ).select_from(first.join(second, first.c.person == second.c.person, full=True))
        return self._session.execute(query).all()

    def list_readings(
        self, schema: str | None, since: datetime | None
    ) -> Sequence[Row[UUID, int, UUID, str, str, dict[str, Any] | None, datetime]]:
        """Return the newest blind reading of each person and round that others have completed: (field, round, person,
        key, answer, value, time).
        """
        settled = (
            select(FieldRevision.field_id, FieldRevision.round)
            .where(FieldRevision.action.in_(["agree", "differ"]))
            .subquery()
        )
        query = (
            select(
                FieldRevision.field_id,
                FieldRevision.round,
                FieldRevision.made_by,
                FieldRow.key,
                FieldRevision.answer,
                FieldRevision.value,
                FieldRevision.made_at,
            )
            .join(FieldRow, FieldRow.id == FieldRevision.field_id)
            .join(
                settled,
                and_(settled.c.field_id == FieldRevision.field_id, settled.c.round == FieldRevision.round),
            )
            .where(FieldRevision.sealed, FieldRevision.action != "undo")
            .ext(distinct_on(FieldRevision.field_id, FieldRevision.round, FieldRevision.made_by))
            .order_by(FieldRevision.field_id, FieldRevision.round, FieldRevision.made_by, FieldRevision.number.desc())
            .limit(MOST_READINGS)
        )
        if schema is not None:
            tasks = select(ReviewTask.id).join(SchemaRow, SchemaRow.id == ReviewTask.schema_id)
            query = query.where(FieldRow.task_id.in_(tasks.where(SchemaRow.key == schema)))
        if since is not None:
            query = query.where(FieldRevision.made_at >= since)
        return self._session.execute(query).all()

    @staticmethod
    def _is_counted(since: datetime) -> ColumnElement[bool]:
        is_complete = func.is_read_twice(FieldRevision.field_id, FieldRevision.round)
        by_person = FieldRevision.made_by != SYSTEM_USER_ID
        actions = FieldRevision.action.not_in(["agree", "differ"])
        is_shown = case((FieldRevision.sealed, is_complete), else_=true())
        return and_(FieldRevision.made_at >= since, by_person, actions, is_shown)

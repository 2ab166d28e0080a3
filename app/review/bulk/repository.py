"""SQL of bulk approvals."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.review.deciding.rules import Person
from app.review.models import FieldRevision, FieldRow, ReviewTask
from app.review.tasks.repository import OPEN, list_conditions
from app.review.tasks.views import TaskFilters


class BulkRepository:
    """Reads the fields of a bulk approval, and locks their tasks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_fields(
        self, filters: TaskFilters, person: Person, *, statuses: Collection[str], keys: Collection[str], limit: int
    ) -> Sequence[FieldRow]:
        """List the fields of open tasks in these statuses, in a stable order."""
        query = (
            select(FieldRow)
            .join(ReviewTask, ReviewTask.id == FieldRow.task_id)
            .where(
                ReviewTask.state == OPEN,
                FieldRow.removed_at.is_(None),
                FieldRow.status.in_(statuses),
                *list_conditions(filters, person),
            )
            .order_by(FieldRow.id)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        if keys:
            query = query.where(FieldRow.key.in_(keys))
        return self._session.scalars(query).all()

    def lock_tasks(self, task_ids: Collection[UUID], person: Person) -> dict[UUID, ReviewTask]:
        """Lock the tasks that the principal may change and that nobody else works on, in the order of their IDs."""
        query = select(ReviewTask).where(ReviewTask.id.in_(task_ids)).order_by(ReviewTask.id).with_for_update()
        rows = self._session.scalars(query.execution_options(populate_existing=True)).all()
        now = self._session.scalar(select(func.now()))
        assert now is not None
        return {
            row.id: row
            for row in rows
            if row.claimed_by in (None, person.id) or row.claim_until is None or row.claim_until <= now
        }

    def list_of_bulk(self, bulk_id: UUID) -> Sequence[tuple[FieldRow, FieldRevision]]:
        """List the fields of a bulk approval, each with the newest revision that it made."""
        newest = (
            select(FieldRevision.field_id, func.max(FieldRevision.number).label("number"))
            .where(FieldRevision.bulk_id == bulk_id)
            .group_by(FieldRevision.field_id)
            .subquery()
        )
        query = (
            select(FieldRow, FieldRevision)
            .join(newest, newest.c.field_id == FieldRow.id)
            .join(
                FieldRevision,
                and_(FieldRevision.field_id == FieldRow.id, FieldRevision.number == newest.c.number),
            )
            .order_by(FieldRow.id)
            .execution_options(populate_existing=True)
        )
        return [(row[0], row[1]) for row in self._session.execute(query)]

    def list_undone(self, bulk_id: UUID) -> set[UUID]:
        """List the fields whose blind readings of a bulk approval were undone."""
        later = aliased(FieldRevision)
        query = select(FieldRevision.field_id).where(
            FieldRevision.bulk_id == bulk_id,
            FieldRevision.sealed,
            exists().where(
                later.field_id == FieldRevision.field_id,
                later.made_by == FieldRevision.made_by,
                later.action == "undo",
                later.number > FieldRevision.number,
            ),
        )
        return set(self._session.scalars(query))

"""SQL of fields and revisions. Row-level security also hides the blind readings of others."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.review.models import FieldRevision, FieldRow, ProposalRow, ReviewTask


class FieldRepository:
    """Reads the fields that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_field(self, field_id: UUID) -> FieldRow | None:
        """Return a field, reloaded from the database."""
        query = select(FieldRow).where(FieldRow.id == field_id).execution_options(populate_existing=True)
        return self._session.scalar(query)

    def list_fields(self, task_ids: Collection[UUID], *, at: datetime | None = None) -> Sequence[FieldRow]:
        """List the fields that tasks have, or had at a moment, in the order of their schemas."""
        is_there: ColumnElement[bool] = FieldRow.removed_at.is_(None)
        if at is not None:
            is_there = or_(is_there, FieldRow.removed_at > at)
        query = select(FieldRow).where(FieldRow.task_id.in_(task_ids), is_there)
        return self._session.scalars(query.order_by(FieldRow.task_id, FieldRow.position)).all()

    def find_revisions(self, rows: Sequence[FieldRow]) -> dict[tuple[UUID, int], FieldRevision]:
        """Return the revisions that fields point to: with their state, and with the answer in force."""
        wanted = [row.id for row in rows]
        query = (
            select(FieldRevision)
            .join(FieldRow, FieldRow.id == FieldRevision.field_id)
            .where(FieldRow.id.in_(wanted), FieldRevision.number.in_([FieldRow.at, FieldRow.in_force]))
        )
        return {(found.field_id, found.number): found for found in self._session.scalars(query)}

    def find_proposals(self, rows: Sequence[FieldRow]) -> dict[UUID, dict[str, Any]]:
        """Return the proposals of fields."""
        query = (
            select(FieldRow.id, ProposalRow.data)
            .join(ReviewTask, ReviewTask.id == FieldRow.task_id)
            .join(
                ProposalRow,
                and_(ProposalRow.version_id == ReviewTask.version_id, ProposalRow.digest == FieldRow.digest),
            )
            .where(FieldRow.id.in_([row.id for row in rows]))
        )
        return {row.id: row.data for row in self._session.execute(query)}

    def list_readings(self, rows: Sequence[FieldRow]) -> Sequence[FieldRevision]:
        """List the blind readings of the fields' open rounds, or of the rounds before in a conflict: the newest of each
        person that was not undone. Of an open round, the principal sees only the own one.
        """
        query: Select[FieldRevision] = (
            select(FieldRevision)
            .join(FieldRow, FieldRow.id == FieldRevision.field_id)
            .where(
                FieldRow.id.in_([row.id for row in rows]),
                FieldRevision.sealed,
                or_(FieldRevision.round >= FieldRow.round - 1, FieldRow.status == "conflict"),
            )
            .ext(distinct_on(FieldRevision.field_id, FieldRevision.round, FieldRevision.made_by))
            .order_by(FieldRevision.field_id, FieldRevision.round, FieldRevision.made_by, FieldRevision.number.desc())
        )
        found = [each for each in self._session.scalars(query) if each.action != "undo"]
        rounds = {row.id: row.round for row in rows}
        complete = Counter((each.field_id, each.round) for each in found)
        for row in rows:
            if row.status == "conflict":  # the rounds after it may have been sent back, which was undone
                before = [number for (field, number), count in complete.items() if field == row.id and count > 1]
                rounds[row.id] = max((number for number in before if number < row.round), default=row.round)
        return [each for each in found if each.round == rounds[each.field_id]]

    def count_own_sealed(self, rows: Sequence[FieldRow], person: UUID) -> dict[UUID, int]:
        """Return how many revisions of a person later than the one that everybody sees are still sealed, by field."""
        query = (
            select(FieldRow.id, func.count())
            .join(FieldRevision, FieldRevision.field_id == FieldRow.id)
            .where(
                FieldRow.id.in_([row.id for row in rows]),
                FieldRevision.sealed,
                FieldRevision.made_by == person,
                FieldRevision.number > FieldRow.revision,
            )
            .group_by(FieldRow.id)
        )
        return dict(self._session.execute(query).all())

    def find_unchecked(self, rows: Sequence[FieldRow]) -> set[UUID]:
        """Return the fields of whose values one was drawn to be checked, and none was checked since: also if it was
        undone or sent back.
        """
        query: Select[FieldRevision] = (
            select(FieldRevision)
            .where(FieldRevision.field_id.in_([row.id for row in rows]), FieldRevision.sampled.is_not(None))
            .ext(distinct_on(FieldRevision.field_id))
            .order_by(FieldRevision.field_id, FieldRevision.number.desc())
        )
        return {found.field_id for found in self._session.scalars(query) if found.sampled == "due"}

    def list_revisions(self, field_id: UUID, *, until: datetime | None = None) -> Sequence[FieldRevision]:
        """List the revisions of a field that the principal may see, oldest first."""
        query = select(FieldRevision).where(FieldRevision.field_id == field_id).order_by(FieldRevision.number)
        if until is not None:
            query = query.where(FieldRevision.made_at <= until)
        return self._session.scalars(query).all()

    def list_as_of(self, task_ids: Collection[UUID], moment: datetime) -> Sequence[FieldRevision]:
        """List the newest revision of each field of tasks at a moment."""
        query: Select[FieldRevision] = (
            select(FieldRevision)
            .where(FieldRevision.task_id.in_(task_ids), FieldRevision.made_at <= moment, ~FieldRevision.sealed)
            .ext(distinct_on(FieldRevision.field_id))
            .order_by(FieldRevision.field_id, FieldRevision.number.desc())
        )
        return self._session.scalars(query).all()

    def find_numbered(self, wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], FieldRevision]:
        """Return revisions by field and number."""
        fields = {field for field, _ in wanted}
        numbers = {number for _, number in wanted}
        query = select(FieldRevision).where(FieldRevision.field_id.in_(fields), FieldRevision.number.in_(numbers))
        found = {(row.field_id, row.number): row for row in self._session.scalars(query)}
        return {key: found[key] for key in wanted if key in found}

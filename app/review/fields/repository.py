"""SQL of fields and revisions. Row-level security also hides the blind readings of others."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, DateTime, Select, Text, and_, any_, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.review.models import FieldRevision, FieldRow, ProposalRow, ReviewTask, SchemaRow


@dataclass(frozen=True, slots=True)
class FieldStates:
    """Fields with the revisions that they point to, by field and number, and the blind readings that the principal may
    see, by field.
    """

    rows: Sequence[FieldRow]
    revisions: Mapping[tuple[UUID, int], FieldRevision]
    sealed: Mapping[UUID, Sequence[FieldRevision]]


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
            is_there = and_(
                or_(is_there, FieldRow.removed_at > at),
                ~FieldRow.was_away.bool_op("@>")(literal(at, DateTime(timezone=True))),
            )
        query = select(FieldRow).where(FieldRow.task_id.in_(task_ids), is_there)
        return self._session.scalars(query.order_by(FieldRow.task_id, FieldRow.position)).all()

    def list_of_version(
        self, version_id: UUID, *, schema: str | None, after: tuple[UUID, int] | None, limit: int
    ) -> Sequence[FieldRow]:
        """List the fields of all tasks of a version, or of those by the schema with a key, by task and position."""
        query = (
            select(FieldRow)
            .join(ReviewTask, ReviewTask.id == FieldRow.task_id)
            .where(ReviewTask.version_id == version_id, FieldRow.removed_at.is_(None))
            .order_by(FieldRow.task_id, FieldRow.position)
            .limit(limit)
        )
        if schema is not None:
            query = query.where(ReviewTask.schema_id.in_(select(SchemaRow.id).where(SchemaRow.key == schema)))
        if after is not None:
            query = query.where(tuple_(FieldRow.task_id, FieldRow.position) > after)
        return self._session.scalars(query).all()

    def find_state(self, field_id: UUID) -> FieldStates | None:
        """Return a field with its revisions, both reloaded from the database."""
        found = self._load_states(FieldRow.id == field_id)
        return found if found.rows else None

    def list_states(self, task_id: UUID) -> FieldStates:
        """List the fields that a task has, in the order of its schema, with their revisions."""
        return self._load_states(and_(FieldRow.task_id == task_id, FieldRow.removed_at.is_(None)))

    def _load_states(self, which: ColumnElement[bool]) -> FieldStates:
        pointed = or_(
            FieldRevision.sealed, FieldRevision.number == FieldRow.at, FieldRevision.number == FieldRow.in_force
        )
        query = (
            select(FieldRow, FieldRevision)
            .outerjoin(FieldRevision, and_(FieldRevision.field_id == FieldRow.id, pointed))
            .where(which)
            .order_by(FieldRow.position, FieldRow.id, FieldRevision.number)
            .execution_options(populate_existing=True)
        )
        found = self._session.execute(query).all()
        rows = list({row.id: row for row, _ in found}.values())
        revisions = [revision for _, revision in found if revision is not None]
        return FieldStates(rows, {(each.field_id, each.number): each for each in revisions}, _by_field(revisions))

    def find_states(
        self, rows: Sequence[FieldRow]
    ) -> tuple[dict[tuple[UUID, int], FieldRevision], dict[UUID, list[FieldRevision]]]:
        """Return the revisions that fields point to (with their state, and with the answer in force), and the blind
        readings that the principal may see, as `find_sealed` does.
        """
        wanted = {(row.id, number) for row in rows for number in (row.at, row.in_force) if number is not None}
        query = select(FieldRevision).where(
            FieldRevision.field_id.in_([row.id for row in rows]),
            or_(FieldRevision.sealed, FieldRevision.number.in_({number for _, number in wanted})),
        )
        found = self._session.scalars(query.order_by(FieldRevision.field_id, FieldRevision.number)).all()
        numbered = {(each.field_id, each.number): each for each in found}
        return {key: numbered[key] for key in wanted if key in numbered}, _by_field(found)

    def find_proposals(self, rows: Sequence[FieldRow], version_id: UUID | None = None) -> dict[UUID, dict[str, Any]]:
        """Return the proposals of fields, which are all of the version if one is given."""
        if version_id is None:
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
        by_digest = select(ProposalRow.digest, ProposalRow.data).where(
            ProposalRow.version_id == version_id,
            ProposalRow.digest == any_(literal([*{row.digest for row in rows}], ARRAY(Text))),
        )
        found = {row.digest: row.data for row in self._session.execute(by_digest)}
        return {row.id: found[row.digest] for row in rows if row.digest in found}

    def find_sealed(self, rows: Sequence[FieldRow]) -> dict[UUID, list[FieldRevision]]:
        """Return the blind readings of fields that the principal may see, oldest first, by field."""
        query = select(FieldRevision).where(FieldRevision.field_id.in_([row.id for row in rows]), FieldRevision.sealed)
        return _by_field(self._session.scalars(query.order_by(FieldRevision.field_id, FieldRevision.number)))

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

    def list_revisions(
        self, field_id: UUID, *, after: int | None, limit: int, until: datetime | None = None
    ) -> Sequence[FieldRevision]:
        """List revisions of a field that the principal may see, oldest first."""
        query = select(FieldRevision).where(FieldRevision.field_id == field_id).order_by(FieldRevision.number)
        if after is not None:
            query = query.where(FieldRevision.number > after)
        if until is not None:
            query = query.where(FieldRevision.made_at <= until)
        return self._session.scalars(query.limit(limit)).all()

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


def _by_field(revisions: Iterable[FieldRevision]) -> dict[UUID, list[FieldRevision]]:
    found: dict[UUID, list[FieldRevision]] = {}
    for revision in revisions:
        if revision.sealed:
            found.setdefault(revision.field_id, []).append(revision)
    return found


def readings_of(row: FieldRow, sealed: Sequence[FieldRevision]) -> list[FieldRevision]:
    """Return the readings of a field's open round, or in a conflict of the last round that two persons read: the newest
    of each person that was not undone. Of an open round, a principal sees only the own one.
    """
    newest = {(revision.round, revision.made_by): revision for revision in sealed}
    found = [revision for revision in newest.values() if revision.action != "undo"]
    wanted = row.round
    if row.status == "conflict":  # the rounds after it may have been sent back, which was undone
        complete = Counter(revision.round for revision in found if revision.round < row.round)
        wanted = max((number for number, count in complete.items() if count > 1), default=row.round)
    return [revision for revision in found if revision.round == wanted]


def count_unseen(row: FieldRow, sealed: Sequence[FieldRevision], person: UUID) -> int:
    """Return how many sealed revisions of the person are later than the newest one that everybody sees."""
    return sum(revision.made_by == person and revision.number > row.revision for revision in sealed)

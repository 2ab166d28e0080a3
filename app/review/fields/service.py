"""Reads fields, now and at any past moment, with their history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.kept import Kept
from app.core.pagination import LONGEST, InvalidCursorError, PageOf, PageRequest, cut_page, parse_number_cursor
from app.core.principal import Principal
from app.db.keyed import planned_once, run_keyed
from app.db.session import Database
from app.documents.repository import get_document
from app.review.deciding.errors import FieldNotFoundError
from app.review.fields.moments import settle_moment
from app.review.fields.repository import FieldRepository, FieldStates, count_unseen, readings_of
from app.review.fields.views import FieldView, RevisionView, decode_stored, revision_view
from app.review.models import FieldRevision, FieldRow, ReviewTask
from app.review.schemas.definition import FieldSpec
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.errors import TaskNotFoundError
from app.review.tasks.repository import TaskRepository
from app.review.tasks.views import TaskView
from app.review.values import FieldKind, Value

_MOST_VERSIONS = 200  # some 100 KB each
_kept_specs: Kept[Mapping[str, FieldSpec]] = Kept(most=_MOST_VERSIONS)
"""The fields of versions of schemas, which do not change."""


# Each row is found by its key: joins would read all documents that the principal may see, for each question.
_IN_FORCE = """
SELECT w.id, f.id, f.key, f.kind, f.digest, f.number, r.answer, r.value, r.evidence, r.author, r.released_by,
       r.made_at, t.version_id, t.schema_id, t.schema_version, s.key, d.current_version_id, f.confidence
FROM (SELECT DISTINCT u.id FROM unnest(%(documents)s::uuid[]) AS u(id)) AS w
CROSS JOIN LATERAL (
    SELECT f.id, f.task_id, f.key, f.kind, f.digest, f.position, coalesce(f.in_force, f.at) AS number,
           CASE WHEN f.in_force IS NULL THEN f.confidence END AS confidence FROM fields f
    WHERE f.document_id = w.id AND f.removed_at IS NULL
    AND (f.in_force IS NOT NULL OR (f.status = 'proposed' AND f.confidence >= %(least)s::float8))
    AND (%(kind)s::text IS NULL OR f.kind = %(kind)s::text) OFFSET 0) f
CROSS JOIN LATERAL (
    SELECT r.answer, r.value, r.evidence, r.author, r.released_by, r.made_at FROM field_revisions r
    WHERE r.field_id = f.id AND r.number = f.number OFFSET 0) r
CROSS JOIN LATERAL (
    SELECT t.version_id, t.schema_id, t.schema_version, t.created_at FROM review_tasks t
    WHERE t.id = f.task_id OFFSET 0) t
CROSS JOIN LATERAL (SELECT s.key FROM schemas s WHERE s.id = t.schema_id OFFSET 0) s
CROSS JOIN LATERAL (SELECT d.current_version_id FROM documents d WHERE d.id = w.id OFFSET 0) d
ORDER BY w.id, t.created_at DESC, f.position
"""


@dataclass(frozen=True, slots=True)
class ApprovedValue:
    """An answer that the tenant stands behind. `value` is None for "the document does not have it" (`answer` is then
    absent). `is_current` states that it is of the document's searchable version. `spec` is the field in the version of
    the schema by which it was read. `confidence` is None for an answer in force.
    """

    document_id: UUID
    version_id: UUID
    is_current: bool
    schema_key: str
    field_id: UUID
    key: str
    kind: FieldKind
    answer: str
    value: Value | None
    evidence: Sequence[dict[str, Any]]
    revision: int
    author: UUID | None
    released_by: UUID | None
    made_at: datetime
    digest: str
    spec: FieldSpec | None = None
    confidence: float | None = None


def load_approved_values(
    session: Session,
    document_ids: Collection[UUID],
    *,
    kind: FieldKind | None = None,
    read_with: float | None = None,
) -> list[ApprovedValue]:
    """Return the answers in force for documents, as far as the session's principal may see them: those of the
    searchable versions first. Other features call this in their own transaction. `kind` selects fields of one kind.

    With `read_with`, values follow that the machine read with at least this confidence, and that nobody has decided
    about: they have a `confidence`.
    """
    wanted = {"documents": list(document_ids), "kind": None if kind is None else kind.value, "least": read_with}
    rows = run_keyed(session, _IN_FORCE, wanted)
    found = [
        ApprovedValue(
            document_id=document_id,
            version_id=version_id,
            is_current=version_id == current,
            schema_key=schema_key,
            field_id=field_id,
            key=key,
            kind=FieldKind(of_kind),
            answer=answer or "absent",
            value=None if value is None else decode_stored(value),
            evidence=evidence,
            revision=number,
            author=author,
            released_by=released_by,
            made_at=made_at,
            digest=digest,
            spec=find_specs(session, schema_id, schema_version).get(key),
            confidence=confidence,
        )
        for (
            document_id, field_id, key, of_kind, digest, number, answer, value, evidence, author, released_by, made_at,
            version_id, schema_id, schema_version, schema_key, current, confidence,
        ) in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.confidence is not None, not each.is_current))


class FieldViews:
    """Builds the views of fields in the caller's transaction."""

    def __init__(self, session: Session, person: UUID) -> None:
        self._session = session
        self._person = person
        self._repository = FieldRepository(session)

    def read(
        self, rows: Sequence[FieldRow], specs: Mapping[str, FieldSpec], *, version_id: UUID | None = None
    ) -> list[FieldView]:
        """Return the views of fields as they are now. `version_id` is that of their task, if they have only one."""
        by_task = dict.fromkeys((row.task_id for row in rows), specs)
        return self.read_by_task(rows, by_task, version_id=version_id)

    def read_by_task(
        self,
        rows: Sequence[FieldRow],
        specs: Mapping[UUID, Mapping[str, FieldSpec]],
        *,
        version_id: UUID | None = None,
    ) -> list[FieldView]:
        """Like `read`, with the fields of each task's schema by the ID of the task."""
        revisions, sealed = self._repository.find_states(rows)
        proposals = self._repository.find_proposals(rows, version_id)
        return [
            self._view(row, specs[row.task_id].get(row.key), revisions, proposals.get(row.id), sealed.get(row.id, ()))
            for row in rows
        ]

    def read_states(self, states: FieldStates, specs: Mapping[str, FieldSpec], version_id: UUID) -> list[FieldView]:
        """Return the views of fields of a task, of whose version the proposals are."""
        proposals = self._repository.find_proposals(states.rows, version_id)
        return [
            self._view(row, specs.get(row.key), states.revisions, proposals.get(row.id), states.sealed.get(row.id, ()))
            for row in states.rows
        ]

    def read_again(self, view: FieldView) -> FieldView:
        """Return the view of a field after a decision. Raises FieldNotFoundError."""
        states = self._repository.find_state(view.row.id)
        if states is None:
            raise FieldNotFoundError
        (row,) = states.rows
        return self._view(row, view.spec, states.revisions, view.proposal, states.sealed.get(row.id, ()))

    def _view(
        self,
        row: FieldRow,
        spec: FieldSpec | None,
        revisions: Mapping[tuple[UUID, int], FieldRevision],
        proposal: Mapping[str, Any] | None,
        sealed: Sequence[FieldRevision],
    ) -> FieldView:
        readings, in_conflict = readings_of(row, sealed), row.status == "conflict"
        own = next((each for each in readings if each.made_by == self._person), None)
        return FieldView(
            row=row,
            spec=spec,
            revision=row.revision + count_unseen(row, sealed, self._person),
            current=_found(revisions, row.id, row.at),
            in_force=_found(revisions, row.id, row.in_force),
            proposal=proposal,
            my_reading=None if in_conflict or own is None else revision_view(own),
            readings=tuple(revision_view(each) for each in readings) if in_conflict else (),
        )

    def read_as_of(self, rows: Sequence[FieldRow], specs: Mapping[str, FieldSpec], moment: datetime) -> list[FieldView]:
        """Return the views of fields as they were at a moment, from their revisions alone. A field that did not exist
        yet is left out.
        """
        newest = {row.field_id: row for row in self._repository.list_as_of({row.task_id for row in rows}, moment)}
        wanted = {(row.field_id, row.in_force) for row in newest.values() if row.in_force is not None}
        standing = self._repository.find_numbered(wanted)
        return [
            FieldView(
                row=row,
                spec=specs.get(row.key),
                revision=then.number,
                current=revision_view(then),
                in_force=_found(standing, row.id, then.in_force),
                proposal=None,
            )
            for row in rows
            for then in [newest.get(row.id)]
            if then is not None
        ]


@dataclass(frozen=True, slots=True)
class DocumentField:
    """A field of a document, with the task that it is from."""

    view: FieldView
    task: TaskView


class FieldService:
    """Reads fields under the principal's rights. Each read of a document's fields is audited."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_fields(self, principal: Principal, task_id: UUID, *, as_of: datetime | None = None) -> list[FieldView]:
        """List the fields of a task in the order of its schema, now or at a moment. Raises TaskNotFoundError,
        MomentNotPastError.
        """
        if as_of is not None:
            settle_moment(self._database, principal, task_id, as_of)
        with self._database.transaction(principal, snapshot=True) as session, planned_once(session):
            task = TaskRepository(session).find_task(task_id)
            if task is None:
                raise TaskNotFoundError
            specs, fields = _specs(session, task), FieldRepository(session)
            reader = FieldViews(session, principal.user_id)
            if as_of is None:
                views = reader.read_states(fields.list_states(task_id), specs, task.version_id)
            else:
                views = reader.read_as_of(fields.list_fields([task_id], at=as_of), specs, as_of)
            _record_read(session, principal, task)
            return views

    def list_of_document(
        self, principal: Principal, document_id: UUID, page: PageRequest, *, schema: str | None = None
    ) -> PageOf[DocumentField]:
        """List the fields of a document's searchable version, schema by schema; with `schema` (its key) only those of
        one. Raises DocumentNotFoundError, SchemaNotFoundError, InvalidCursorError.
        """
        after = _parse_place(page)
        with self._database.transaction(principal, snapshot=True) as session:
            version_id = get_document(session, document_id).current_version_id
            SchemaRepository(session).check_key(schema)
            if version_id is None:
                return PageOf(items=(), next_cursor=None)
            rows = FieldRepository(session).list_of_version(
                version_id, schema=schema, after=after, limit=page.limit + 1
            )
            tasks = TaskRepository(session).find_views(sorted({row.task_id for row in rows}))
            specs = {task_id: _specs(session, view.row) for task_id, view in tasks.items()}
            views = FieldViews(session, principal.user_id).read_by_task(rows, specs, version_id=version_id)
            for view in tasks.values():
                _record_read(session, principal, view.row)
        return cut_page(
            [DocumentField(view, tasks[view.row.task_id]) for view in views],
            page,
            lambda each: f"{each.view.row.task_id} {each.view.row.position}",
        )

    def get_field(self, principal: Principal, field_id: UUID) -> FieldView:
        """Return a field. Raises FieldNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            view, task = read_field(session, principal, field_id)
            _record_read(session, principal, task)
            return view

    def list_revisions(
        self, principal: Principal, field_id: UUID, page: PageRequest = LONGEST, *, as_of: datetime | None = None
    ) -> PageOf[RevisionView]:
        """List the revisions of a field, oldest first, by default until now. Raises FieldNotFoundError,
        InvalidCursorError, MomentNotPastError.
        """
        after = parse_number_cursor(page)
        if as_of is not None:
            with self._database.transaction(principal) as session:
                row = FieldRepository(session).find_field(field_id)
            if row is None:
                raise FieldNotFoundError
            settle_moment(self._database, principal, row.task_id, as_of)
        with self._database.transaction(principal, snapshot=True) as session:
            _, task = read_field(session, principal, field_id)
            repository = FieldRepository(session)
            found = repository.list_revisions(field_id, after=after, limit=page.limit + 1, until=as_of)
            _record_read(session, principal, task)
            return cut_page([revision_view(row) for row in found], page, lambda each: each.number)


def read_field(
    session: Session, principal: Principal, field_id: UUID, task: ReviewTask | None = None
) -> tuple[FieldView, ReviewTask]:
    """Return a field as the principal may see it, and its task. Raises FieldNotFoundError."""
    states = FieldRepository(session).find_state(field_id)
    if states is not None and task is None:
        task = session.get(ReviewTask, states.rows[0].task_id)
    if states is None or task is None:
        raise FieldNotFoundError
    (view,) = FieldViews(session, principal.user_id).read_states(states, _specs(session, task), task.version_id)
    return view, task


def _parse_place(page: PageRequest) -> tuple[UUID, int] | None:
    """Return the task and position of the previous page's last field. Raises InvalidCursorError."""
    after = page.after()
    if after is None:
        return None
    task_id, _, position = after.partition(" ")
    try:
        place = UUID(task_id), int(position)
    except ValueError as error:
        raise InvalidCursorError from error
    if not 0 <= place[1] < 2**31:
        raise InvalidCursorError
    return place


def _specs(session: Session, task: ReviewTask) -> Mapping[str, FieldSpec]:
    return find_specs(session, task.schema_id, task.schema_version)


def find_specs(session: Session, schema_id: UUID, version: int) -> Mapping[str, FieldSpec]:
    """Return the fields of a version of a schema by key; none if the version is gone."""
    return _kept_specs.get((schema_id, version), 1, partial(_load_specs, session, schema_id, version))


def _load_specs(session: Session, schema_id: UUID, version: int) -> Mapping[str, FieldSpec]:
    schema = SchemaRepository(session).find_version(schema_id, version)
    return {} if schema is None else {spec.key: spec for spec in schema.fields}


def _record_read(session: Session, principal: Principal, task: ReviewTask) -> None:
    record(
        session,
        principal,
        "review.fields.read",
        object_type="document",
        object_id=task.document_id,
        detail={"task_id": str(task.id)},
    )


def _found(
    revisions: Mapping[tuple[UUID, int], FieldRevision], field_id: UUID, number: int | None
) -> RevisionView | None:
    row = None if number is None else revisions.get((field_id, number))
    return None if row is None else revision_view(row)

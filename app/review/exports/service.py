"""Reads the fields of many documents for an export, under the principal's rights."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.review.exports.errors import ExportTooLargeError
from app.review.exports.rows import ExportedDocument, ExportRow, Standing, standing_of
from app.review.fields.repository import FieldRepository
from app.review.fields.service import FieldViews
from app.review.fields.views import FieldView
from app.review.people import list_reviewers
from app.review.schemas.errors import SchemaNotFoundError
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.repository import DONE, OPEN, TaskRepository
from app.review.tasks.service import person_of
from app.review.tasks.views import TaskFilters, TaskView

MAX_TASKS = 2_000
MAX_FIELDS = 20_000
"""Fields of an export. A workbook of as many takes about 200 MB and 8 s."""


MAX_ISSUER_TASKS = 100
MAX_RECORDS = 20
TERM_DOCUMENTS = frozenset({"credit-agreement", "indenture", "contract", "prospectus", "offering-memorandum"})
"""The types of documents whose fields are terms. Figures of reports are in the ledger."""


@dataclass(frozen=True, slots=True)
class IssuerFields:
    """The fields of an issuer's agreements and offerings, and the tasks with open fields of all its documents."""

    rows: Sequence[ExportRow]
    open_tasks: Sequence[TaskView]


class ExportService:
    """Exports the answers for documents: approved ones first, else what was entered or read, and which of these."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_rows(
        self, principal: Principal, filters: TaskFilters, *, only_approved: bool, file_format: str
    ) -> list[ExportRow]:
        """List the fields of the searchable versions of documents, by title. The export is audited. Raises
        SchemaNotFoundError, ExportTooLargeError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            SchemaRepository(session).check_key(filters.schema)
            found = TaskRepository(session).list_views(filters, person_of(principal), after=None, limit=MAX_TASKS + 1)
            if len(found) > MAX_TASKS:
                raise ExportTooLargeError
            tasks = [view for view in found if view.is_current and view.row.state in (OPEN, DONE)]
            if sum(view.row.fields_total for view in tasks) > MAX_FIELDS:  # before any is read
                raise ExportTooLargeError
            tasks.sort(key=lambda view: (view.document_title.casefold(), view.row.document_id, view.schema_key))
            rows = self._read(session, principal, tasks)
            if only_approved:
                rows = [row for row in rows if row.standing is Standing.APPROVED]
            _record(session, principal, filters, rows, file_format)
        return rows

    def list_of_issuer(self, principal: Principal, records: Iterable[UUID]) -> IssuerFields:
        """Return what was read from an issuer's agreements and offerings, and its open tasks, the riskiest first: of at
        most 100 tasks. `records` are those of the issuer (`app.issuers.names.Issuer.ids`).
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository, person = TaskRepository(session), person_of(principal)
            found = [
                task
                for record_id in sorted(records)[:MAX_RECORDS]
                for task in repository.list_views(
                    TaskFilters(issuer_id=record_id), person, after=None, limit=MAX_ISSUER_TASKS
                )
            ]
            tasks = [task for task in found if task.is_current and task.row.state in (OPEN, DONE)][:MAX_ISSUER_TASKS]
            terms = [task for task in tasks if task.document_type in TERM_DOCUMENTS]
            rows = self._read(session, principal, terms)
            detail = {"documents": sorted({str(task.row.document_id) for task in terms})}
            action = "review.fields.read"
            record(session, principal, action, object_type="tenant", object_id=principal.tenant_id, detail=detail)
        return IssuerFields(rows, [task for task in tasks if task.row.state == OPEN])

    @staticmethod
    def _read(session: Session, principal: Principal, tasks: Sequence[TaskView]) -> list[ExportRow]:
        fields = FieldRepository(session).list_fields([task.row.id for task in tasks])
        names = {reviewer.id: reviewer.name for reviewer in list_reviewers(session)}
        titles = _field_titles(session, tasks)
        of_task: dict[UUID, list[FieldView]] = {}
        for view in FieldViews(session, principal.user_id).read(fields, {}):
            of_task.setdefault(view.row.task_id, []).append(view)
        return [
            _row(task, view, titles.get((task.row.schema_id, task.row.schema_version), {}), names)
            for task in tasks
            for view in of_task.get(task.row.id, ())
        ]


def _field_titles(session: Session, tasks: Sequence[TaskView]) -> dict[tuple[UUID, int], Mapping[str, str]]:
    schemas = SchemaRepository(session)
    titles: dict[tuple[UUID, int], Mapping[str, str]] = {}
    for wanted in {(task.row.schema_id, task.row.schema_version) for task in tasks}:
        row = schemas.find_row(wanted[0])
        with suppress(SchemaNotFoundError):  # then keys are the titles
            schema = None if row is None else schemas.get_schema(row, wanted[1])
            titles[wanted] = {} if schema is None else {spec.key: spec.title for spec in schema.fields}
    return titles


def _row(task: TaskView, view: FieldView, titles: Mapping[str, str], names: Mapping[UUID, str]) -> ExportRow:
    revision, standing = standing_of(view.in_force, view.current)
    decision = None if standing is Standing.PROPOSED else revision
    people = [] if decision is None else [decision.author, decision.released_by]
    return ExportRow(
        document=ExportedDocument(
            id=task.row.document_id,
            version_id=task.row.version_id,
            task_id=task.row.id,
            title=task.document_title,
            issuer=task.issuer,
            document_type=task.document_type,
            schema_key=task.schema_key,
        ),
        field_id=view.row.id,
        key=view.row.key,
        title=titles.get(view.row.key, view.row.key),
        kind=view.row.kind,
        status=view.row.status,
        standing=standing,
        answer=None if revision is None else revision.answer,
        raw=None if revision is None else revision.value,
        printed=None if revision is None else revision.printed,
        evidence=() if revision is None else revision.evidence,
        confidence=view.row.confidence,
        revision=None if revision is None else revision.number,
        decided_by=tuple(dict.fromkeys(names.get(person, str(person)) for person in people if person is not None)),
        decided_at=None if decision is None else decision.made_at,
    )


def _record(
    session: Session, principal: Principal, filters: TaskFilters, rows: Sequence[ExportRow], file_format: str
) -> None:
    documents = dict.fromkeys(str(row.document.id) for row in rows)
    record(
        session,
        principal,
        "review.fields.exported",
        object_type="document" if filters.document_id else "tenant",
        object_id=filters.document_id or principal.tenant_id,
        detail={"documents": list(documents), "fields": len(rows), "format": file_format},
    )

"""Reads, for the fields of a task, the values that stand in the last filing of the same issuer and type."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.models import Document
from app.review.deciding.rules import AnswerKind
from app.review.earlier.differences import describe_difference
from app.review.fields.repository import FieldRepository
from app.review.fields.service import FieldViews
from app.review.fields.views import FieldView, answer_of, decode_stored
from app.review.models import FieldRevision, FieldRow, ReviewTask
from app.review.proposals import ProposalState
from app.review.tasks.errors import TaskNotFoundError
from app.review.value_texts import print_value
from app.review.values import Value

ABSENT = "not in the document"


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """The answer that stands for a field in the last filing. `day` is the end of that filing's period, or the day when
    it was filed or stored. `difference` leads from it to `compared`, the field's answer or suggestion now; both are
    None if the field has neither.
    """

    key: str
    field_id: UUID
    task_id: UUID
    document_id: UUID
    document_title: str
    day: date
    printed: str
    made_at: datetime
    compared: str | None
    difference: str | None
    is_same: bool


class EarlierService:
    """Compares fields with those of earlier filings, under the principal's rights."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_earlier(self, principal: Principal, task_id: UUID) -> list[EarlierValue]:
        """Return the last filing's answers for the fields of a task, as far as the principal may see that filing.
        Fields for which no earlier answer stands are left out. Raises TaskNotFoundError.
        """
        with self._database.transaction(principal) as session:
            task = session.get(ReviewTask, task_id)
            document = None if task is None else session.get(Document, task.document_id)
            if task is None or document is None:
                raise TaskNotFoundError
            if document.issuer_id is None or document.document_type is None:
                return []
            found = {row.FieldRow.key: row for row in session.execute(_newest_before(task, document))}
            rows = [row for row in FieldRepository(session).list_fields([task_id]) if row.key in found]
            views = FieldViews(session, principal.user_id).read(rows, {})
            for document_id in {row.FieldRow.document_id for row in found.values()}:
                _record(session, principal, document_id, task_id)
            return [_compared(view, found[view.row.key]) for view in views]


def _newest_before(task: ReviewTask, document: Document) -> Select[FieldRow, FieldRevision, str, date]:
    """Return the query of answers in force, by the field's key: those of the newest earlier document."""
    day = _day()
    own = document.period_end or document.filing_date or document.created_at.date()
    return (
        select(FieldRow, FieldRevision, Document.title, day.label("day"))
        .join(FieldRevision, (FieldRevision.field_id == FieldRow.id) & (FieldRevision.number == FieldRow.in_force))
        .join(ReviewTask, ReviewTask.id == FieldRow.task_id)
        .join(Document, Document.id == FieldRow.document_id)
        .where(
            ReviewTask.schema_id == task.schema_id,
            Document.issuer_id == document.issuer_id,
            Document.document_type == document.document_type,
            Document.id != document.id,
            day < own,
            FieldRow.removed_at.is_(None),
            FieldRevision.answer.in_([AnswerKind.FOUND.value, AnswerKind.ABSENT.value]),
        )
        .ext(distinct_on(FieldRow.key))
        .order_by(FieldRow.key, day.desc(), Document.id, ReviewTask.created_at.desc())
    )


def _day() -> ColumnElement[date]:
    stored = cast(Document.created_at, Date)
    return func.coalesce(Document.period_end, Document.filing_date, stored)


def _compared(view: FieldView, row: Row[FieldRow, FieldRevision, str, date]) -> EarlierValue:
    field, revision, title, day = row
    before = None if revision.value is None else decode_stored(revision.value)
    is_known, now = _answer_now(view)
    return EarlierValue(
        key=field.key,
        field_id=field.id,
        task_id=field.task_id,
        document_id=field.document_id,
        document_title=title,
        day=day,
        printed=_printed(before),
        made_at=revision.made_at,
        compared=_printed(now) if is_known else None,
        difference=describe_difference(before, now) if is_known else None,
        is_same=is_known and describe_difference(before, now) == "unchanged",
    )


def _answer_now(view: FieldView) -> tuple[bool, Value | None]:
    """Return whether the field has an answer or a suggestion, and its value (None for "not in the document")."""
    shown = view.my_reading or view.current
    answer = None if shown is None else answer_of(shown)
    if answer is not None and answer.kind in (AnswerKind.FOUND, AnswerKind.ABSENT):
        return True, answer.value
    if view.proposal is None or view.proposal["state"] == ProposalState.UNREAD.value:
        return False, None
    raw = view.proposal["value"]
    return True, None if raw is None else decode_stored(raw)


def _printed(value: Value | None) -> str:
    return ABSENT if value is None else print_value(value)


def _record(session: Session, principal: Principal, document_id: UUID, task_id: UUID) -> None:
    detail = {"task_id": str(task_id), "as": "earlier"}
    record(session, principal, "review.fields.read", object_type="document", object_id=document_id, detail=detail)

"""Compare what the machine read with what editors decided: by field, and one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.documents.models import Document
from app.review.fields.service import find_specs
from app.review.fields.views import decode_stored
from app.review.models import FieldRevision, FieldRow, ProposalRow, ReviewTask, SchemaRow
from app.review.schemas.repository import SchemaRepository
from app.review.value_texts import print_value
from app.review.values import same_value

MOST_FIELDS = 20_000
"""The newest decided fields that are compared; with 20,000, a request takes about a second."""

_MOST_EXAMPLES = 3
_ABSENT = "absent"
_UNREAD = "unread"


class Verdict(StrEnum):
    """How the machine did: right, wrong, or it could not say (unread)."""

    RIGHT = "right"
    WRONG = "wrong"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class DecidedField:
    """A decided field beside what the machine read. `read` and `decided` are values in one line; None if there is none:
    the document does not have it, or nobody can use what was read (`answer` is absent or rejected).
    """

    field_id: UUID
    task_id: UUID
    document_id: UUID
    document_title: str
    schema_key: str
    schema_title: str
    key: str
    title: str
    verdict: Verdict
    read: str | None
    decided: str | None
    answer: str
    evidence: Sequence[dict[str, Any]]
    note: str
    made_at: datetime


@dataclass(slots=True)
class FieldMistakes:
    """How often the machine read a field right, wrong or not at all, with the newest mistakes as examples."""

    schema_key: str
    schema_title: str
    key: str
    title: str
    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    examples: list[DecidedField] = field(default_factory=list)

    @property
    def decided(self) -> int:
        return sum(self.counts.values())

    @property
    def wrong(self) -> int:
        return self.counts[Verdict.WRONG]

    @property
    def unread(self) -> int:
        return self.counts[Verdict.UNREAD]


class MistakeService:
    """Reads decided fields under the principal's rights: those of hidden documents count nowhere."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_mistakes(self, principal: Principal, *, schema: str | None = None) -> list[FieldMistakes]:
        """List the fields that the machine read wrong or not at all, the most often wrong first, then the most often
        unread. Of more than `MOST_FIELDS` decided fields, the newest count. Raises SchemaNotFoundError.
        """
        found: dict[tuple[str, str], FieldMistakes] = {}
        with self._database.transaction(principal, snapshot=True) as session:
            SchemaRepository(session).check_key(schema)
            for each in _read(session, _decided(schema).limit(MOST_FIELDS)):
                mistakes = found.setdefault(
                    (each.schema_key, each.key), FieldMistakes(each.schema_key, each.schema_title, each.key, each.title)
                )
                mistakes.counts[each.verdict] += 1
                if each.verdict is not Verdict.RIGHT and len(mistakes.examples) < _MOST_EXAMPLES:
                    mistakes.examples.append(each)
            shown = [each for each in found.values() if each.examples]
            _record(session, principal, [example for each in shown for example in each.examples])
        return sorted(shown, key=lambda each: (-each.wrong, -each.unread, each.schema_key, each.key))

    def list_corrections(
        self, principal: Principal, page: PageRequest, *, schema: str | None = None
    ) -> PageOf[DecidedField]:
        """List the decided fields that the machine read wrong or not at all, the newest fields first. A page may have
        fewer of them than its limit although the list continues. Raises InvalidCursorError, SchemaNotFoundError.
        """
        before = parse_uuid_cursor(page)
        query = _decided(schema)
        if before is not None:
            query = query.where(FieldRow.id < before)
        with self._database.transaction(principal, snapshot=True) as session:
            SchemaRepository(session).check_key(schema)
            read = list(_read(session, query.limit(page.limit + 1)))
            shown = [each for each in read[: page.limit] if each.verdict is not Verdict.RIGHT]
            _record(session, principal, shown)
        last = read[page.limit - 1].field_id if len(read) > page.limit else None
        return PageOf(items=shown, next_cursor=None if last is None else encode_cursor(str(last)))


def _decided(schema: str | None) -> "Select[Any]":
    query = (
        select(FieldRow, FieldRevision, ReviewTask, SchemaRow.key, SchemaRow.title, Document.title, ProposalRow.data)
        .join(FieldRevision, (FieldRevision.field_id == FieldRow.id) & (FieldRevision.number == FieldRow.in_force))
        .join(ReviewTask, ReviewTask.id == FieldRow.task_id)
        .join(SchemaRow, SchemaRow.id == ReviewTask.schema_id)
        .join(Document, Document.id == FieldRow.document_id)
        .join(
            ProposalRow,
            (ProposalRow.version_id == ReviewTask.version_id) & (ProposalRow.digest == FieldRow.digest),
        )
        .where(FieldRow.removed_at.is_(None), FieldRevision.answer.in_(("found", "absent", "rejected")))
        .order_by(FieldRow.id.desc())
    )
    return query if schema is None else query.where(SchemaRow.key == schema)


def _read(session: Session, query: "Select[Any]") -> Iterator[DecidedField]:
    for row, revision, task, key, title, document, proposal in session.execute(query):
        spec = find_specs(session, task.schema_id, task.schema_version).get(row.key)
        read = None if proposal.get("value") is None else decode_stored(proposal["value"])
        value = None if revision.value is None else decode_stored(revision.value)
        yield DecidedField(
            field_id=row.id,
            task_id=task.id,
            document_id=row.document_id,
            document_title=document,
            schema_key=key,
            schema_title=title,
            key=row.key,
            title=row.key if spec is None else spec.title,
            verdict=_verdict(proposal.get("state"), revision.answer, is_same=same_value(read, value)),
            read=None if read is None else print_value(read),
            decided=None if value is None else print_value(value),
            answer=revision.answer,
            evidence=revision.evidence,
            note=revision.note,
            made_at=revision.made_at,
        )


def _verdict(state: str | None, answer: str, *, is_same: bool) -> Verdict:
    if state == _UNREAD:
        return Verdict.UNREAD
    is_right = state == _ABSENT if answer == _ABSENT else answer == state and is_same
    return Verdict.RIGHT if is_right else Verdict.WRONG


def _record(session: Session, principal: Principal, shown: Sequence[DecidedField]) -> None:
    """Audit the read of values of several documents."""
    detail = {"documents": sorted({str(each.document_id) for each in shown}), "count": len(shown)}
    record(
        session,
        principal,
        "review.mistakes.read",
        object_type="tenant",
        object_id=principal.tenant_id,
        detail=detail,
    )

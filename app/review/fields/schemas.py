"""Fields and revisions in responses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.review.fields.service import DocumentField
from app.review.fields.views import FieldView, RevisionView
from app.review.tasks.schemas import TaskSchemaOut
from app.review.value_codec import decode_value
from app.review.value_texts import print_value
from app.review.values import FieldKind

Json = dict[str, Any]


class RevisionOut(BaseModel):
    """A decision. `answer`: found (with `value`), absent (the document does not have it), rejected (the value is wrong)
    or unclear; null if the revision gives none. `author` gave the answer, `released_by` let it stand.
    """

    number: int
    action: str
    status: str
    answer: str | None
    value: Json | None = Field(description="The value, with its `kind`.")
    printed: str | None = Field(description="The value as one line.")
    evidence: list[Json] = Field(description="Quotes: page, start, end, quote; table, row and column for a cell.")
    note: str
    policy: str
    round: int
    sealed: bool = Field(description="A blind reading, which only its author sees until another person has read.")
    author: UUID | None
    released_by: UUID | None
    sampled: str | None
    in_force: bool
    bulk_id: UUID | None
    made_by: UUID = Field(description="The user; the nil UUID for the machine.")
    made_at: datetime

    @classmethod
    def of(cls, view: RevisionView) -> "RevisionOut":
        return cls(
            number=view.number,
            action=view.action,
            status=view.status,
            answer=view.answer,
            value=None if view.value is None else dict(view.value),
            printed=view.printed,
            evidence=[dict(each) for each in view.evidence],
            note=view.note,
            policy=view.policy,
            round=view.round,
            sealed=view.sealed,
            author=view.author,
            released_by=view.released_by,
            sampled=view.sampled,
            in_force=view.in_force,
            bulk_id=view.bulk_id,
            made_by=view.made_by,
            made_at=view.made_at,
        )


class AlternativeOut(BaseModel):
    value: Json
    printed: str
    evidence: list[Json]
    reason: str


class SearchOut(BaseModel):
    """The proof of a search: what was looked for, and the ranges of pages that were read."""

    terms: list[str]
    pages: list[list[int]]
    unreadable: list[list[int]]


class ProposalOut(BaseModel):
    """What the machine read: found, absent (with the proof of the search) or unread."""

    state: str
    value: Json | None
    printed: str | None
    evidence: list[Json]
    method: str
    confidence: float
    alternatives: list[AlternativeOut]
    search: SearchOut | None
    checks: list[Json]

    @classmethod
    def of(cls, data: Json) -> "ProposalOut":
        return cls(
            state=data["state"],
            value=data["value"],
            printed=_printed(data["value"]),
            evidence=data["evidence"],
            method=data["method"],
            confidence=data["confidence"],
            alternatives=[
                AlternativeOut(
                    value=each["value"],
                    printed=_printed(each["value"]) or "",
                    evidence=each["evidence"],
                    reason=each["reason"],
                )
                for each in data["alternatives"]
            ],
            search=None if data["search"] is None else SearchOut(**data["search"]),
            checks=data["checks"],
        )


class FieldOut(BaseModel):
    """A field. `revision` is the number for If-Match. `current` is the newest answer, `in_force` the one that the
    tenant stands behind. `readings` are two blind readings that differ.
    """

    id: UUID
    task_id: UUID
    document_id: UUID
    key: str
    title: str
    instructions: str
    kind: str
    unit: str | None
    importance: int
    policy: str
    status: str
    revision: int
    confidence: float
    failed_checks: int
    risk: float
    differs: bool = Field(description="What the machine read for a newer schema version differs from the decision.")
    sampled: str | None = Field(description="due: another person has to check the value; passed or failed.")
    current: RevisionOut | None
    in_force: RevisionOut | None
    proposal: ProposalOut | None
    my_reading: RevisionOut | None = Field(description="Your blind reading, until another person has read the field.")
    readings: list[RevisionOut]

    @classmethod
    def of(cls, view: FieldView) -> "FieldOut":
        row, spec, current = view.row, view.spec, view.current
        return cls(
            id=row.id,
            task_id=row.task_id,
            document_id=row.document_id,
            key=row.key,
            title=row.key if spec is None else spec.title,
            instructions="" if spec is None else spec.instructions,
            kind=row.kind,
            unit=None if spec is None else spec.unit,
            importance=row.importance,
            policy=row.policy if current is None else current.policy,
            status=row.status if current is None else current.status,
            revision=view.revision,
            confidence=row.confidence,
            failed_checks=row.failed_checks,
            risk=row.risk,
            differs=row.differs,
            sampled=row.sampled if current is None else current.sampled,
            current=None if current is None else RevisionOut.of(current),
            in_force=None if view.in_force is None else RevisionOut.of(view.in_force),
            proposal=None if view.proposal is None else ProposalOut.of(dict(view.proposal)),
            my_reading=None if view.my_reading is None else RevisionOut.of(view.my_reading),
            readings=[RevisionOut.of(each) for each in view.readings],
        )


class DocumentFieldOut(FieldOut):
    """A field of a document. `schema` is the version of the schema by which it was read."""

    version_id: UUID = Field(description="The document's searchable version, whose pages the quotes are from.")
    schema_: TaskSchemaOut = Field(alias="schema")

    @classmethod
    def of_document(cls, field: DocumentField) -> "DocumentFieldOut":
        task = field.task
        schema = TaskSchemaOut(
            id=task.row.schema_id, key=task.schema_key, title=task.schema_title, version=task.row.schema_version
        )
        return cls(**dict(FieldOut.of(field.view)), version_id=task.row.version_id, schema=schema)


class FieldsOut(BaseModel):
    """The fields of a task in the order of its schema. `as_of` is the moment, if one was given."""

    task_id: UUID
    as_of: datetime | None
    items: list[FieldOut]


def _printed(raw: Json | None) -> str | None:
    return None if raw is None else print_value(decode_value(FieldKind(raw["kind"]), raw))

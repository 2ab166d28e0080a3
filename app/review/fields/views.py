"""Fields and their revisions as a user may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.review.deciding.rules import Answer, AnswerKind
from app.review.models import FieldRevision, FieldRow
from app.review.schemas.definition import FieldSpec
from app.review.value_codec import decode_value
from app.review.value_texts import print_value
from app.review.values import FieldKind, Value


@dataclass(frozen=True, slots=True)
class RevisionView:
    """A revision. `printed` is the value as one line; `in_force` states that this answer stands since then."""

    number: int
    action: str
    status: str
    answer: str | None
    value: Mapping[str, Any] | None
    printed: str | None
    evidence: Sequence[Mapping[str, Any]]
    note: str
    policy: str
    round: int
    sealed: bool
    author: UUID | None
    released_by: UUID | None
    sampled: str | None
    in_force: bool
    bulk_id: UUID | None
    made_by: UUID
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field. `current` is its newest revision, `in_force` the answer that the tenant stands behind, if any.

    `revision` is the number for If-Match. `proposal` is what the machine read; `my_reading` the caller's own blind
    reading, which nobody else sees yet; `readings` those that differ in a conflict.
    """

    row: FieldRow
    spec: FieldSpec | None
    revision: int
    current: RevisionView | None
    in_force: RevisionView | None
    proposal: Mapping[str, Any] | None
    my_reading: RevisionView | None = None
    readings: tuple[RevisionView, ...] = ()


def answer_of(row: "FieldRevision | RevisionView") -> Answer | None:
    """Return the answer that a revision has. Raises FieldValueError."""
    if row.answer is None:
        return None
    value = None if row.value is None else decode_stored(row.value)
    return Answer(AnswerKind(row.answer), value, row.value, tuple(row.evidence))


def revision_view(row: FieldRevision) -> RevisionView:
    """Return a revision as its readers see it. Raises FieldValueError."""
    return RevisionView(
        number=row.number,
        action=row.action,
        status=row.status,
        answer=row.answer,
        value=row.value,
        printed=None if row.value is None else print_value(decode_stored(row.value)),
        evidence=row.evidence,
        note=row.note,
        policy=row.policy,
        round=row.round,
        sealed=row.sealed,
        author=row.author,
        released_by=row.released_by,
        sampled=row.sampled,
        in_force=row.in_force == row.number,
        bulk_id=row.bulk_id,
        made_by=row.made_by,
        made_at=row.made_at,
    )


def decode_stored(raw: Mapping[str, Any]) -> Value:
    """Return a stored value, whose kind may be that of an earlier version of the schema. Raises FieldValueError."""
    return decode_value(FieldKind(raw["kind"]), raw)

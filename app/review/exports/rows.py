"""The rows of an export: one field of one document each; and the grid of documents and fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.review.fields.views import RevisionView, decode_stored
from app.review.values import DateValue, QuantityValue, Value, YesNoValue


class Standing(StrEnum):
    """How far an answer may be relied on. `approved`: the tenant stands behind it. `entered`: one person gave it, and
    another has to agree. `proposed`: the machine read it, and nobody has decided. `none`: there is no answer.
    """

    APPROVED = "approved"
    ENTERED = "entered"
    PROPOSED = "proposed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    id: UUID
    version_id: UUID
    task_id: UUID
    title: str
    issuer: str | None
    document_type: str | None
    schema_key: str


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A field. `answer` is found, absent (the document does not have it), rejected, unclear or None. `value` is that of
    the answer; `decided_by` are the author and the person who released it.
    """

    document: ExportedDocument
    field_id: UUID
    key: str
    title: str
    kind: str
    status: str
    standing: Standing
    answer: str | None
    raw: Mapping[str, Any] | None
    printed: str | None
    evidence: Sequence[Mapping[str, Any]]
    confidence: float
    revision: int | None
    decided_by: tuple[str, ...]
    decided_at: datetime | None

    @property
    def value(self) -> Value | None:
        return None if self.raw is None else decode_stored(self.raw)

    @property
    def shown(self) -> str:
        """Return the answer as one line."""
        if self.answer == "found":
            return self.printed or ""
        return "not in the document" if self.answer == "absent" else ""

    @property
    def page(self) -> int | None:
        return int(self.evidence[0]["page"]) if self.evidence else None

    @property
    def quote(self) -> str:
        return " … ".join(str(each["quote"]) for each in self.evidence)

    def link(self, base: str) -> str:
        """Return the address of the field beside its evidence."""
        return f"{base}/review/tasks/{self.document.task_id}#{self.field_id}"


@dataclass(frozen=True, slots=True)
class ExportGrid:
    """Documents × fields. A column is (schema key, field key); `titles` are the columns' titles."""

    columns: Sequence[tuple[str, str]]
    titles: Sequence[str]
    lines: Sequence[tuple[ExportedDocument, Mapping[tuple[str, str], ExportRow]]]


def build_grid(rows: Sequence[ExportRow]) -> ExportGrid:
    """Return the grid: a line per document, a column per field, in the order of the schemas."""
    titles: dict[tuple[str, str], str] = {}
    lines: dict[UUID, tuple[ExportedDocument, dict[tuple[str, str], ExportRow]]] = {}
    for row in rows:
        column = (row.document.schema_key, row.key)
        titles.setdefault(column, row.title)
        lines.setdefault(row.document.id, (row.document, {}))[1][column] = row
    return ExportGrid(tuple(titles), tuple(titles.values()), tuple(lines.values()))


def cell_of(value: Value | None, shown: str) -> Decimal | date | str:
    """Return what a cell of a spreadsheet holds: a number or a date if the value is one, else its text."""
    if isinstance(value, QuantityValue):
        return value.number
    if isinstance(value, DateValue):
        return value.day
    if isinstance(value, YesNoValue):
        return "yes" if value.yes else "no"
    return shown


def unit_of(value: Value | None) -> str:
    return (value.unit or "") if isinstance(value, QuantityValue) else ""


def standing_of(in_force: RevisionView | None, current: RevisionView | None) -> tuple[RevisionView | None, Standing]:
    """Return the revision whose answer is exported: the one in force if there is one, else the newest."""
    if in_force is not None:
        return in_force, Standing.APPROVED
    if current is None or current.answer not in ("found", "absent") or current.status in ("rejected", "sent-back"):
        return None, Standing.NONE
    return current, Standing.PROPOSED if current.status == "proposed" else Standing.ENTERED

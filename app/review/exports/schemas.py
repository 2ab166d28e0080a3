"""Exports in JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.review.exports.rows import ExportedDocument, ExportGrid, ExportRow, Standing


class ExportedDocumentOut(BaseModel):
    id: UUID
    version_id: UUID
    title: str
    issuer: str | None
    document_type: str | None

    @classmethod
    def of(cls, document: ExportedDocument) -> "ExportedDocumentOut":
        return cls(
            id=document.id,
            version_id=document.version_id,
            title=document.title,
            issuer=document.issuer,
            document_type=document.document_type,
        )


class ExportedFieldOut(BaseModel):
    """A field. `standing` says how far its answer may be relied on: `approved`, `entered` by one person, `proposed` by
    the machine, or `none`. `source` is the address of the field beside its evidence.
    """

    field_id: UUID
    task_id: UUID
    schema_key: str
    key: str
    title: str
    kind: str
    status: str
    standing: Standing
    answer: str | None
    value: dict[str, Any] | None
    printed: str
    evidence: list[dict[str, Any]]
    confidence: float
    revision: int | None
    decided_by: list[str]
    decided_at: datetime | None
    source: str

    @classmethod
    def of(cls, row: ExportRow, base: str) -> "ExportedFieldOut":
        return cls(
            field_id=row.field_id,
            task_id=row.document.task_id,
            schema_key=row.document.schema_key,
            key=row.key,
            title=row.title,
            kind=row.kind,
            status=row.status,
            standing=row.standing,
            answer=row.answer,
            value=None if row.raw is None else dict(row.raw),
            printed=row.shown,
            evidence=[dict(each) for each in row.evidence],
            confidence=row.confidence,
            revision=row.revision,
            decided_by=list(row.decided_by),
            decided_at=row.decided_at,
            source=row.link(base),
        )


class ExportLineOut(BaseModel):
    document: ExportedDocumentOut
    fields: list[ExportedFieldOut]


class ExportOut(BaseModel):
    """An export: a line per document, with its fields in the order of their schemas."""

    items: list[ExportLineOut]

    @classmethod
    def of(cls, grid: ExportGrid, base: str) -> "ExportOut":
        return cls(
            items=[
                ExportLineOut(
                    document=ExportedDocumentOut.of(document),
                    fields=[ExportedFieldOut.of(row, base) for row in fields.values()],
                )
                for document, fields in grid.lines
            ]
        )

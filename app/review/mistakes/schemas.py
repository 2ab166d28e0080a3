"""Mistakes and corrections in responses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.review.mistakes.service import DecidedField, FieldMistakes, Verdict


class CorrectionOut(BaseModel):
    """A decided field that the machine read wrong or not at all. `read` and `decided` are values in one line; null if
    there is none. `answer` is found, absent or rejected.
    """

    field_id: UUID
    task_id: UUID
    document_id: UUID
    document_title: str = Field(examples=["Supply agreement"])
    schema_key: str = Field(examples=["contract"])
    key: str = Field(examples=["governing_law"])
    title: str = Field(examples=["Governing law"])
    verdict: Verdict = Field(examples=["wrong"])
    read: str | None = Field(examples=["Ohio"])
    decided: str | None = Field(examples=["Nevada"])
    answer: str = Field(examples=["found"])
    evidence: list[dict[str, Any]] = Field(description="Quotes: page, start, end, quote; a cell also has its place.")
    note: str = Field(examples=[""])
    made_at: datetime

    @classmethod
    def of(cls, each: DecidedField) -> "CorrectionOut":
        return cls(
            field_id=each.field_id,
            task_id=each.task_id,
            document_id=each.document_id,
            document_title=each.document_title,
            schema_key=each.schema_key,
            key=each.key,
            title=each.title,
            verdict=each.verdict,
            read=each.read,
            decided=each.decided,
            answer=each.answer,
            evidence=list(each.evidence),
            note=each.note,
            made_at=each.made_at,
        )


class FieldMistakesOut(BaseModel):
    """How often the machine read a field of decided fields right, wrong or not at all, with the newest mistakes."""

    schema_key: str = Field(examples=["contract"])
    schema_title: str = Field(examples=["Contract"])
    key: str = Field(examples=["governing_law"])
    title: str = Field(examples=["Governing law"])
    decided: int = Field(examples=[40])
    right: int = Field(examples=[36])
    wrong: int = Field(examples=[3])
    unread: int = Field(examples=[1])
    examples: list[CorrectionOut]

    @classmethod
    def of(cls, each: FieldMistakes) -> "FieldMistakesOut":
        return cls(
            schema_key=each.schema_key,
            schema_title=each.schema_title,
            key=each.key,
            title=each.title,
            decided=each.decided,
            right=each.counts[Verdict.RIGHT],
            wrong=each.wrong,
            unread=each.unread,
            examples=list(map(CorrectionOut.of, each.examples)),
        )


class MistakesOut(BaseModel):
    """Fields that the machine read wrong or not at all, the most often wrong first."""

    items: list[FieldMistakesOut]

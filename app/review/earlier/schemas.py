"""Answers of earlier filings in responses."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.review.earlier.service import EarlierValue


class EarlierDocumentOut(BaseModel):
    id: UUID
    title: str
    day: date = Field(description="The end of its period, or the day when it was filed or stored.")


class EarlierOut(BaseModel):
    """The answer that stands for a field in the last filing of the same issuer and type. `difference` leads from it to
    `compared`, the answer or suggestion for the field now; both are null if there is none.
    """

    key: str
    field_id: UUID
    task_id: UUID
    document: EarlierDocumentOut
    printed: str
    made_at: datetime
    compared: str | None
    difference: str | None = Field(examples=["+USD 250,000 (+12.5%)"])
    is_same: bool

    @classmethod
    def of(cls, found: EarlierValue) -> "EarlierOut":
        return cls(
            key=found.key,
            field_id=found.field_id,
            task_id=found.task_id,
            document=EarlierDocumentOut(id=found.document_id, title=found.document_title, day=found.day),
            printed=found.printed,
            made_at=found.made_at,
            compared=found.compared,
            difference=found.difference,
            is_same=found.is_same,
        )


class EarlierListOut(BaseModel):
    """The last filing's answers for the fields of a task; fields without one are left out."""

    task_id: UUID
    items: list[EarlierOut]

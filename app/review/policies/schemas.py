"""Rules of who must agree, in requests and responses."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.http.text import Line
from app.review.models import ReviewPolicy
from app.review.policies.service import NewPolicy
from app.review.policies.wording import describe_rule
from app.review.schemas.definition import FieldPolicy


class PolicyIn(BaseModel):
    """A rule beside those of the schemas. The strictest that applies to a value counts: one, sample, two, blind."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"policy": "two", "amount": "10000000", "unit": "USD"}]}
    )

    policy: FieldPolicy
    schema_: Line | None = Field(None, alias="schema", description="The key of a schema; all schemas without it.")
    field_key: Line | None = Field(None, description="The key of a field; all fields without it.")
    amount: Decimal | None = Field(None, ge=0, max_digits=30, description="Quantities of at least this number.")
    unit: Line | None = Field(None, description="The unit of `amount`, such as USD; any unit without it.")
    confidence: float | None = Field(None, gt=0, le=1, description="Proposals below this confidence.")
    sample_rate: float | None = Field(None, ge=0, le=1, description="The share of values to check (sample).")

    def rule(self) -> NewPolicy:
        return NewPolicy(
            policy=self.policy,
            schema=self.schema_,
            field_key=self.field_key,
            amount=self.amount,
            unit=self.unit,
            confidence=self.confidence,
            sample_rate=self.sample_rate,
        )


class PolicyOut(BaseModel):
    id: UUID
    policy: str
    summary: str = Field(description="The rule as a sentence.")
    schema_id: UUID | None
    field_key: str | None
    amount: str | None
    unit: str | None
    confidence: float | None
    sample_rate: float | None
    made_by: UUID
    made_at: datetime

    @classmethod
    def of(cls, row: ReviewPolicy, titles: Mapping[UUID, str]) -> "PolicyOut":
        return cls(
            id=row.id,
            policy=row.policy,
            summary=describe_rule(row, titles),
            schema_id=row.schema_id,
            field_key=row.field_key,
            amount=None if row.amount is None else f"{row.amount:f}",
            unit=row.unit,
            confidence=row.confidence,
            sample_rate=row.sample_rate,
            made_by=row.made_by,
            made_at=row.made_at,
        )


class PolicyEffectOut(BaseModel):
    """The open fields that a rule would apply to, their tasks, and the fields that it would make stricter, in
    documents that you may see.
    """

    fields: int
    tasks: int
    stricter: int


class PoliciesOut(BaseModel):
    items: list[PolicyOut]

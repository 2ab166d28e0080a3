"""A fact as a filing tags it. The facts suite compares proposed facts with it."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.facts.model import StatementKind
from app.quantities.periods import Period


class TaggedFact(BaseModel):
    """A fact as a filing tags it. `start` is None for an instant. `decimals` is None for an exact value.

    `statement` is the first statement that shows it, and `also` are the others: net income is on two.

    `id` consists of the document, the line item and the period. A document has one value per line item and period.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    document: str = Field(min_length=1)
    statement: StatementKind
    also: tuple[StatementKind, ...] = ()
    line_item: str = Field(min_length=1)
    start: date | None = None
    end: date
    unit: str
    value: Decimal
    decimals: int | None = None

    @classmethod
    def of(
        cls,
        *,
        document: str,
        statement: StatementKind,
        line_item: str,
        period: Period,
        unit: str,
        value: Decimal,
        decimals: int | None,
    ) -> Self:
        return cls(
            id=f"{document}/{line_item}/{period}",
            document=document,
            statement=statement,
            line_item=line_item,
            start=period.start,
            end=period.end,
            unit=unit,
            value=value,
            decimals=decimals,
        )

    @model_validator(mode="after")
    def check_id(self) -> Self:
        if self.id != f"{self.document}/{self.line_item}/{self.period}":
            raise ValueError(f"the id must be {self.document}/{self.line_item}/{self.period}")
        return self

    @property
    def period(self) -> Period:
        return Period(self.end, self.start)

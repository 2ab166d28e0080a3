"""Proposed facts: facts read from cells of statements, not reviewed yet."""

from dataclasses import dataclass
from decimal import Decimal

from app.documents.content.statements import Statement
from app.facts.line_items import Measure
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class ProposedFact:
    """A figure of a primary statement. `line_item` is a us-gaap name; `label` is the document's label.

    `value` is the scaled value, with the taxonomy's sign. `scale` is the power of ten that multiplied the figure.
    `currency` is an ISO 4217 code, or None for shares and for an unknown currency. The figure is at `char_start` to
    `char_end` of the text of page `page_number` (from 1).
    """

    line_item: str
    label: str
    statement: Statement
    period: Period
    value: Decimal
    measure: Measure
    scale: int
    currency: str | None
    page_number: int
    char_start: int
    char_end: int

"""What is proposed: a fact read from a statement's cell, before anybody has looked at it."""

from dataclasses import dataclass
from decimal import Decimal

from app.documents.content.statements import Statement
from app.facts.line_items import Measure
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class ProposedFact:
    """A figure of a primary statement. `line_item` is a us-gaap name; `label` is how the document has it.

    `value` is the whole value: scaled, and with the sign that the taxonomy gives it. `scale` is the power of ten by
    which the figure was multiplied. `currency` is an ISO 4217 code, None for shares and where the document doesn't say.
    The figure stands on page `page_number` (from 1) of the version from `char_start` to `char_end` of the page's text.
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

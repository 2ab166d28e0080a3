"""A fictional issuer and measures of it that were worked by hand."""

from dataclasses import dataclass

from tests.facts.ledgers import QuarterEnd, calendar_quarters


@dataclass(frozen=True, slots=True)
class Worked:
    """An issuer: its statements, and what each measure is for `period`.

    A line of `working` has the measure, the arithmetic with the figures of the statements, and its result, rounded to
    four places. Percentages are fractions. Amounts are in millions.
    """

    statements: str
    period: str
    working: str
    ends: QuarterEnd = calendar_quarters
    currency: str = "USD"

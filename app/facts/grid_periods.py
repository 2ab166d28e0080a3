"""The fiscal periods that are the columns of a grid."""

from enum import StrEnum

from app.facts.model import Fact, FiscalLabel


class Periods(StrEnum):
    """Which periods are columns: fiscal years, quarters, or the periods from the beginning of each fiscal year.

    An instant is in the column of the period that it ends.
    """

    ANNUAL = "annual"
    QUARTERLY = "quarterly"
    YEAR_TO_DATE = "year-to-date"


_LAST_PARTS = {"Q1": "Q1", "Q2": "H1", "Q3": "9M", "Q4": "FY"}
"""The period from the beginning of the fiscal year that ends with a quarter."""

QUARTERS = {part: quarter for quarter, part in _LAST_PARTS.items()} | {quarter: quarter for quarter in _LAST_PARTS}
_PARTS = {
    Periods.ANNUAL: ("FY",),
    Periods.QUARTERLY: tuple(_LAST_PARTS),
    Periods.YEAR_TO_DATE: ("Q1", "H1", "9M", "FY"),
}


def parts_of(periods: Periods) -> frozenset[str]:
    """Return the parts of fiscal labels that facts in the columns may have."""
    return frozenset(QUARTERS) if periods is not Periods.ANNUAL else frozenset({"FY", "Q4"})


def column_of(fact: Fact, periods: Periods) -> FiscalLabel | None:
    """Return the column of a fact, or None if it has none."""
    label = fact.fiscal
    if label is None:
        return None
    if fact.period.start is None:
        quarter = QUARTERS.get(label.part)
        if quarter is None:
            return None
        part = quarter if periods is Periods.QUARTERLY else _LAST_PARTS[quarter]
        label = FiscalLabel(label.year, part)
    return label if label.part in _PARTS[periods] else None

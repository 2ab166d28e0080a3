"""The fiscal labels of periods, as the issuer counts its years."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.facts.model import FiscalLabel
from app.facts.statements.about import About
from app.quantities.periods import Period

_YEAR = 365.25
_QUARTER = _YEAR / 4
_NEAR = 25
"""Days between the end of a quarter of 12 to 17 weeks and that of a fourth of the year, at most."""
_DRIFT = 10
"""Days between the ends of fiscal years of 52 and 53 weeks and the same day of other years, at most."""
_LENGTHS = ((75, 126, 1), (160, 205, 2), (245, 295, 3), (340, 378, 4))
"""Days of one to four quarters; quarters have 12 to 17 weeks, years 52 or 53."""
_QUARTERS = {"Q1": 1, "Q2": 2, "Q3": 3, "Q4": 4, "FY": 4}
_YEAR_QUARTERS = 4
_UNCLEAR_MONTHS = (1, 2)
_DAYS_INTO_YEAR = 7
_PARTS = {
    (1, 1): "Q1",
    (1, 2): "Q2",
    (1, 3): "Q3",
    (1, 4): "Q4",
    (2, 2): "H1",
    (2, 4): "H2",
    (3, 3): "9M",
    (4, 4): "FY",
}
"""The name of a duration by its quarters and the quarter that it ends."""


def count_quarters(period: Period) -> int | None:
    """Return how many quarters a duration has (1 to 4); None for an instant and for other lengths."""
    if period.start is None:
        return None
    days = (period.end - period.start).days + 1
    return next((count for least, most, count in _LENGTHS if least <= days <= most), None)


@dataclass(frozen=True, slots=True)
class FiscalYears:
    """The issuer's fiscal years: `end` is about the last day of the fiscal year `year`; both None if not certain."""

    end: date | None
    year: int | None

    @classmethod
    def of(cls, about: About, periods: Iterable[Period]) -> "FiscalYears":
        """Infer the fiscal years from the document's own period, and from the periods of its statements."""
        stated = frozenset(periods)
        last = about.period_end or max((period.end for period in stated), default=None)
        if last is None:
            return cls(None, None)
        quarter = _quarter_of(last, stated, _QUARTERS.get(about.fiscal_period or ""))
        end = None if about.year_end is None or _is_year(last, stated, about) else _next_year_end(last, about.year_end)
        if end is None and quarter is not None:
            end = last + timedelta(days=round((4 - quarter) * _QUARTER))
        if end is None:
            return cls(None, None)
        year = about.fiscal_year if about.fiscal_year is not None else _usual_year(end)
        if year is None or not -1 <= year - end.year <= 1:
            return cls(None, None)
        return cls(end, year)

    def label(self, period: Period) -> FiscalLabel | None:
        """Return the fiscal label of a period; None if it is not certain."""
        if self.end is None or self.year is None:
            return None
        days = (self.end - period.end).days
        years = (days + _DRIFT) // _YEAR
        left = days - years * _YEAR
        quarter = 4 - round(left / _QUARTER)
        if abs(left - (4 - quarter) * _QUARTER) > _NEAR or not 0 <= quarter <= 4:
            return None
        year = self.year - int(years)
        if quarter == 0:
            quarter, year = 4, year - 1
        if period.start is None:
            return FiscalLabel(year, "FY" if quarter == 4 else f"Q{quarter}")
        length = count_quarters(period)
        part = None if length is None else _PARTS.get((length, quarter))
        return None if part is None else FiscalLabel(year, part)


def _is_year(last: date, periods: frozenset[Period], about: About) -> bool:
    """Return whether a document is about a fiscal year and states it: a tag of another year's end is then wrong."""
    return about.fiscal_period == "FY" and any(
        period.end == last and count_quarters(period) == _YEAR_QUARTERS for period in periods
    )


def _next_year_end(last: date, year_end: tuple[int, int]) -> date | None:
    """Return the end of the fiscal year of a period that ends on a day: that day itself, if it is about the year's end,
    or else the next such end; None for a day that no calendar has.
    """
    month, day = year_end
    try:
        ends = [date(last.year + years, month, min(day, 28) if month == 2 else day) for years in (-1, 0, 1)]
    except ValueError:
        return None
    return next(
        (last if abs((end - last).days) <= _DRIFT else end for end in ends if (end - last).days >= -_DRIFT), None
    )


def _quarter_of(last: date, periods: frozenset[Period], named: int | None) -> int | None:
    """Return the quarter that the document's period ends: that of its longest duration, or the one it is named by.

    Twelve months that end with a quarter are trailing ones.
    """
    ends = [count for period in periods if period.end == last and (count := count_quarters(period)) is not None]
    longest = max(ends, default=1)
    if named is not None and (named == _YEAR_QUARTERS or longest in (1, _YEAR_QUARTERS)):
        return named
    if longest > 1:
        return longest
    # Quarters alone: the balance sheet compares with the end of the last fiscal year.
    before = [period.end for period in periods if period.start is None and period.end < last]
    left = (last - max(before)).days if before else 0
    quarter = round(left / _QUARTER)
    return quarter if 1 <= quarter < _YEAR_QUARTERS and abs(left - quarter * _QUARTER) <= _NEAR else None


def _usual_year(end: date) -> int | None:
    """Return the usual number of the fiscal year that ends on a day; None where usage differs."""
    if end.month == 1 and end.day <= _DAYS_INTO_YEAR:
        return end.year - 1
    return None if end.month in _UNCLEAR_MONTHS else end.year

"""Decide whether a column's period is the one that a question asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.quantities.asked_periods import AskedPeriods, parse_asked_periods
from app.quantities.durations import find_durations
from app.quantities.fiscal_labels import find_fiscal_years, find_quarters, full_year
from app.quantities.headings import find_years
from app.quantities.periods import Period

_HALF = re.compile(
    r"\b(?:h([12])|([12])h)[\s'’/-]{0,2}(\d{4}|\d\d)?(?!\d)"
    r"|\b(first|second)[\s-]half\b(?:\s+(?:of|in))?(?:\s+(?:fiscal\s+)?(\d{4}))?",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\b(?:ltm|ttm|(?:last|trailing)[\s-]+(?:twelve|12)[\s-]+months?)\b", re.IGNORECASE)
_YEAR_TO_DATE = re.compile(r"\b(?:year[\s-]+to[\s-]+date|ytd)\b", re.IGNORECASE)
_FULL_YEAR = range(11, 14)
"""The lengths of a year in months, with a tolerance for 52 and 53 weeks."""


@dataclass(frozen=True, slots=True)
class WantedPeriods:
    """The periods that a question asks for. `months` are the lengths it names ("nine months"); `halves` are pairs of a
    half (1 or 2) and a year or None; `is_trailing` states that it asks for the last twelve months.
    """

    asked: AskedPeriods
    months: frozenset[int]
    halves: tuple[tuple[int, int | None], ...]
    is_trailing: bool

    @classmethod
    def of(cls, question: str) -> "WantedPeriods":
        """Parse the periods of a question."""
        lengths = frozenset(found.duration.months for found in find_durations(question))
        return cls(
            asked=parse_asked_periods(question),
            months=lengths,
            halves=tuple(_halves(question)),
            is_trailing=_TRAILING.search(question) is not None,
        )

    def is_empty(self) -> bool:
        """Return whether the question names no period."""
        asked = self.asked
        return not (asked.years or asked.quarters or asked.days or self.halves or self.months or self.is_trailing)

    def fits(self, period: Period | None, headings: Sequence[str], *, year_end_month: int = 12) -> bool:
        """Return whether a column is in a period that the question asks for. A column without a period does not fit.

        `headings` are the column's headings. `year_end_month` is the month in which the issuer's fiscal years end.
        """
        heading = " ".join(headings)
        months = None if period is None else period.months
        if self.is_trailing and not (_TRAILING.search(heading) or months in _FULL_YEAR):
            return False
        if self.asked.days:
            return period is not None and period.end in self.asked.days and self._is_length(months)
        if self.asked.quarters:
            return self._is_quarter(period, heading, months, year_end_month)
        if self.halves:
            return self._is_half(period, heading, months, year_end_month)
        of_length = self._is_length(months) if self.months else months in (None, 0) or months in _FULL_YEAR
        return of_length and _is_year_wanted(self.asked.years, period, heading)

    def _is_length(self, months: int | None) -> bool:
        return not self.months or months == 0 or months in self.months

    def _is_quarter(self, period: Period | None, heading: str, months: int | None, year_end_month: int) -> bool:
        named = [(found.quarter, found.year) for found in find_quarters(heading)]
        if not named and months is not None and period is not None and months in (3, 4):
            named = [(_quarter_of(period.end, year_end_month), None)]
        return any(
            quarter == wanted and _is_same_year(year, found, period, heading)
            for wanted, year in self.asked.quarters
            for quarter, found in named
        )

    def _is_half(self, period: Period | None, heading: str, months: int | None, year_end_month: int) -> bool:
        named = list(_halves(heading))
        if not named and months == 6 and period is not None:
            named = [((_quarter_of(period.end, year_end_month) + 1) // 2, None)]
        years = self.asked.years
        return any(
            half == wanted
            and any(_is_same_year(year, found, period, heading) for year in ([year] if year else years or [None]))
            for wanted, year in self.halves
            for half, found in named
        )


def _halves(text: str) -> list[tuple[int, int | None]]:
    found = []
    for match in _HALF.finditer(text):
        before, after, year, ordinal, later = match.groups()
        half = int(before or after) if ordinal is None else 1 if ordinal.lower() == "first" else 2
        digits = year or later
        found.append((half, full_year(digits) if digits else None))
    return found


def _quarter_of(end: date, year_end_month: int) -> int:
    """Return the fiscal quarter that ends on a day. An end in a month's first week belongs to the month before."""
    month = end.month - 1 if end.day <= 7 else end.month
    return (month - year_end_month - 1) % 12 // 3 + 1


def _is_same_year(wanted: int | None, named: int | None, period: Period | None, heading: str) -> bool:
    if wanted is None or named is not None:
        return wanted is None or wanted == named
    return _is_year_wanted((wanted,), period, heading)


def _is_year_wanted(years: Sequence[int], period: Period | None, heading: str) -> bool:
    """Return whether a column is of one of the years. The year in its headings counts more than its last day, because
    fiscal years can end in January.
    """
    if not years:
        return True
    named = {int(year) for year in find_years(heading)} | {found.year for found in find_fiscal_years(heading)}
    named |= {year for _, year in _halves(heading) if year} | {q.year for q in find_quarters(heading) if q.year}
    if named:
        return not named.isdisjoint(years)
    return period is not None and period.end.year in years

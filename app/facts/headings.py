"""From the headings of a statement's columns to the periods that its figures are about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.periods import Period
from app.documents.statements import Statement
from app.documents.tables import Column
from app.facts.calendar import FiscalCalendar, day_in, find_dates, find_days_of_year, is_month_end

_NUMBERS = {"three": 3, "six": 6, "nine": 9, "twelve": 12, "3": 3, "6": 6, "9": 9, "12": 12}
_MONTHS = re.compile(r"\b(three|six|nine|twelve|3|6|9|12)[\s-]+months?\b")
_WEEKS = {
    "thirteen": 13, "fourteen": 14, "twenty-six": 26, "twenty-seven": 27, "thirty-nine": 39, "forty": 40,
    "fifty-two": 52, "fifty-three": 53,
}  # fmt: skip
_WEEK = re.compile(
    r"\b(1[2-7]|2[4-8]|3[5-9]|40|5[23]|thirteen|fourteen|twenty-six|twenty-seven|thirty-nine|forty|fifty-two"
    r"|fifty-three)[\s-]+weeks?\b"
)
_QUARTER = re.compile(r"\bquarters?\b")
_YEAR = re.compile(r"\byears?\b|\bannual\b|\bfiscal\b")


@dataclass(frozen=True, slots=True)
class _Length:
    """A duration as it is named: months, and weeks where those were named."""

    months: int
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnPeriods:
    """Reads the headings of one document's statements. `months`: how long its own period is, None if not known."""

    calendar: FiscalCalendar
    months: int | None

    def read(
        self, statement: Statement, columns: Sequence[Column], *, heading: str, intro: str
    ) -> tuple[Period | None, ...]:
        """A period a column, None where it can't be told.

        `heading` is the text of the heading's lines, `intro` what stands above them from the statement's title on.
        """
        ends = [self._end(column, heading, intro) for column in columns]
        if statement is Statement.BALANCE:
            return tuple(None if end is None else Period(end) for end in ends)
        by_weeks = self.calendar.by_weeks or not all(is_month_end(end) for end in ends if end)
        return tuple(
            self._duration(column, end, heading, intro, by_weeks=by_weeks)
            for column, end in zip(columns, ends, strict=True)
        )

    def _end(self, column: Column, heading: str, intro: str) -> date | None:
        if dates := list(find_dates(column.label)):
            return dates[-1]
        if len(column.years) != 1:
            return None
        year = next(iter(column.years))
        for text in (column.label, heading, intro):
            if len(days := set(find_days_of_year(text))) == 1:
                return day_in(year, *next(iter(days)))
        return self.calendar.year_end(year)

    def _duration(self, column: Column, end: date | None, heading: str, intro: str, *, by_weeks: bool) -> Period | None:
        length = next(filter(None, (_length(text) for text in (column.label, heading, intro))), None)
        if length is None and self.months is not None:
            length = _Length(self.months)
        if end is None or length is None:
            return None
        start = self.calendar.start(end, months=length.months, weeks=length.weeks, by_weeks=by_weeks)
        return Period(end, start)


def _length(text: str) -> _Length | None:
    """The one duration that a text names; None for none, or several."""
    folded = text.casefold()
    named = {_Length(_NUMBERS[found]) for found in _MONTHS.findall(folded)}
    for found in _WEEK.findall(folded):
        weeks = _WEEKS.get(found) or int(found)
        named.add(_Length(round(weeks * 12 / 52), weeks))
    if not named and _QUARTER.search(folded):
        named = {_Length(3)}
    if not named and _YEAR.search(folded):
        named = {_Length(12)}
    return next(iter(named)) if len(named) == 1 else None

"""A company's fiscal calendar, inferred from a document: the first and last days of its periods.

A fiscal year ends at a month's end, or on a fixed weekday after 52 or 53 weeks (17 CFR 210.3A-02; ASC 280: "52-53 week
fiscal years"). Among the possible days, the one that the document mentions most often is chosen.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.quantities.dates import DATE, day_in, find_dates, is_month_end, parse_date
from app.quantities.periods import Period

_WEEKS_OF_MONTHS = {3: 13, 6: 26, 9: 39, 12: 52}
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_NEAR = timedelta(days=10)
_DAYS_OF_QUARTER = 91.3
_DAYS_INTO_NEXT_MONTH = 7
"""In a 52/53-week calendar, a period can end early in the month after its last month, up to this day."""
_LAST_QUARTER = 4
_FIRST_YEAR, _LAST_YEAR = 1901, 2200
_LAST_MONTH_OF_UNCLEAR_LABELS = 2
"""A fiscal year that ends in January or February is named after either calendar year."""
# The case of "year" is spelled out: a search by first letters is five times as fast.
_YEARS_ENDED = re.compile(
    rf"[Yy](?:ears?|EARS?)\s+(?i:(?:then\s+)?(?:ended|ending)\b:?\s*({DATE})(?:[\s,]{{0,3}}(?:and\s+)?({DATE}))?)"
)


class DayCounts:
    """Counts how often a document's texts mention a day, in all texts at the first use: few calendars need it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._counts: Counter[date] | None = None

    def __getitem__(self, day: date) -> int:
        if self._counts is None:
            self._counts = Counter(day for text in self._texts for day in find_dates(text))
        return self._counts[day]


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, because results are cached by calendar
class FiscalCalendar:
    """A fiscal calendar. `mentioned` counts each date in the document; `period_end` is the last day of the document's
    period, which lies in the fiscal year `fiscal_year` as the document counts it.

    `known_end` is the last day of one fiscal year, and `known_label` its number; both are None if the document does not
    say when its fiscal year ends.
    """

    mentioned: DayCounts
    period_end: date | None
    fiscal_year: int | None
    by_weeks: bool
    known_end: date | None = None
    known_label: int | None = None

    @classmethod
    def of(
        cls, texts: Sequence[str], *, period_end: date | None, fiscal_year: int | None, quarter: int | None = None
    ) -> "FiscalCalendar":
        """Infer the calendar from a document's pages. `quarter` (1 to 4) is the fiscal quarter that `period_end` ends;
        None if it is unknown.
        """
        year_ends = Counter(day for text in texts for day in _year_ends(text))
        by_weeks = period_end is not None and not is_month_end(period_end)
        if year_ends and not by_weeks:  # a fiscal year of weeks ends at a month's end now and then
            by_weeks = sum(1 if is_month_end(day) else -1 for day in year_ends) < 0
        end, label, fiscal_year = _known_year(year_ends, period_end, fiscal_year, quarter, by_weeks=by_weeks)
        return cls(DayCounts(texts), period_end, fiscal_year, by_weeks, end, label)

    def period_end_in(self, label: int) -> date | None:
        """Return the last day of the period that corresponds to the document's own period in the fiscal year `label`;
        None if unknown.
        """
        return self._moved(self.period_end, self.fiscal_year, label)

    def year_end(self, label: int) -> date | None:
        """Return the last day of the fiscal year that the document labels `label`.

        It is the calendar year's end if the document does not say when its fiscal year ends. None if the document's
        label is unclear.
        """
        if self.known_end is None:
            return date(label, 12, 31) if _FIRST_YEAR <= label <= _LAST_YEAR else None
        return self._moved(self.known_end, self.known_label, label)

    def part(self, label: int, first: int, last: int) -> Period | None:
        """Return the period from the start of month `first` to the end of month `last` (1 to 12) of a fiscal year."""
        before, end = self._end_of_month(label, first - 1), self._end_of_month(label, last)
        return None if before is None or end is None or before >= end else Period(end, before + _DAY)

    def start(self, end: date, *, months: int, weeks: int | None, by_weeks: bool) -> date:
        """Return the first day of the period that ends on `end`.

        The period is `weeks` long if the document states weeks, else `months`. If the period is counted in months, an
        end in the first week of a month counts as the end of the previous month.
        """
        if weeks is None and not by_weeks:
            into_next = 1 if end.day <= _DAYS_INTO_NEXT_MONTH else 0
            first = end.year * 12 + end.month - into_next - months
            return date(first // 12, first % 12 + 1, 1)
        before = end - (weeks or _WEEKS_OF_MONTHS.get(months, 52)) * _WEEK
        if weeks is None:
            before = max((before, before - _WEEK, before + _WEEK), key=lambda day: self.mentioned[day])
        return before + _DAY

    def _end_of_month(self, label: int, month: int) -> date | None:
        """Return the last day of month `month` of a fiscal year; month 0 is the last month of the year before."""
        if month in (0, 12):
            return self.year_end(label if month else label - 1)
        end = self.year_end(label)
        if end is None:
            return None
        if not self.by_weeks or month not in _WEEKS_OF_MONTHS:
            into_next = 1 if end.day <= _DAYS_INTO_NEXT_MONTH else 0
            count = end.year * 12 + end.month - 1 - into_next - (12 - month)
            return day_in(count // 12, count % 12 + 1, 31 if is_month_end(end) or self.by_weeks else end.day)
        before = self.year_end(label - 1)
        if before is None:
            return None
        about = before + _WEEKS_OF_MONTHS[month] * _WEEK
        return max((about, about - _WEEK, about + _WEEK), key=lambda day: self.mentioned[day])

    def _moved(self, known: date | None, known_label: int | None, label: int) -> date | None:
        """Return the day that corresponds to `known`, of the fiscal year `known_label`, in the fiscal year `label`."""
        if known is None or known_label is None:
            return None
        year = known.year + label - known_label
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None  # an editor can set a period and a year that do not match
        about = day_in(year, known.month, known.day)
        if is_month_end(known) and not self.by_weeks:
            return day_in(year, about.month, 31)
        if not self.by_weeks:
            return about
        weekday = [day for day in _around(about, _NEAR) if day.weekday() == known.weekday()]
        return max(weekday, key=lambda day: (self.mentioned[day], -abs((day - about).days)), default=None)


def _year_ends(text: str) -> list[date]:
    """List the dates after "year ended" and "years ended"."""
    days = [parse_date(part) for found in _YEARS_ENDED.finditer(text) for part in found.groups() if part]
    return [day for day in days if day is not None]


def _known_year(
    year_ends: Counter[date], period_end: date | None, fiscal_year: int | None, quarter: int | None, *, by_weeks: bool
) -> tuple[date | None, int | None, int | None]:
    """Return the end and the label of one fiscal year, and the label of the year that `period_end` is in."""
    given = fiscal_year
    usual = max(year_ends, key=lambda day: (year_ends[day], day), default=None)
    if quarter != _LAST_QUARTER and period_end is not None:
        # The document's own words are surer than a quarter that was inferred from the lengths of its columns.
        stated = _quarter(period_end, usual, is_year_end=period_end in year_ends)
        if stated is not None and stated != quarter:
            quarter, fiscal_year = stated, fiscal_year if quarter is None else None
    if period_end is None or quarter is None:
        return usual, None if usual is None else _label(usual), given
    if quarter == _LAST_QUARTER:
        label = fiscal_year if fiscal_year is not None else _label(period_end)
        return period_end, label, given if label is None else label
    left = _LAST_QUARTER - quarter
    about = period_end + timedelta(days=round(_DAYS_OF_QUARTER * left))
    if by_weeks:
        # The document mentions the end of the year before, in its balance sheet.
        end = period_end + _WEEKS_OF_MONTHS[left * 3] * _WEEK
    else:
        end = day_in(about.year, about.month, 31) if about.day > 15 else day_in(about.year, about.month, 1) - _DAY
    label = fiscal_year if fiscal_year is not None else _label(end)
    return end, label, given if label is None else label


def _quarter(period_end: date, year_end: date | None, *, is_year_end: bool) -> int | None:
    """Return the fiscal quarter that ends on `period_end`, given the end of some fiscal year."""
    if is_year_end:
        return _LAST_QUARTER
    if year_end is None:
        return None
    left = round((year_end - period_end).days % 365.25 / _DAYS_OF_QUARTER)
    return _LAST_QUARTER - left % _LAST_QUARTER


def _label(end: date) -> int | None:
    """Return the usual number of the fiscal year that ends on `end`: its calendar year; None where usage differs."""
    return None if end.month <= _LAST_MONTH_OF_UNCLEAR_LABELS else end.year


def _around(day: date, most: timedelta) -> list[date]:
    return [day + timedelta(days=days) for days in range(-most.days, most.days + 1)]

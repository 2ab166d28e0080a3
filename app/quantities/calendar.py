"""A company's fiscal calendar, as far as a document lets it be known: which days its periods end and begin.

Years end at a month's end, or on the same weekday each year after 52 or 53 weeks (17 CFR 210.3A-02; ASC 280 speaks of
"52-53 week fiscal years"). Which of the possible days it was, the dates that the document names most decide.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.quantities.dates import day_in, find_dates, is_month_end

_WEEKS_OF_MONTHS = {3: 13, 6: 26, 9: 39, 12: 52}
_WEEK = timedelta(days=7)
_NEAR = timedelta(days=10)
_DAYS_INTO_NEXT_MONTH = 7
"""How far into the next month a period of 52/53-week calendars may end that is counted as so many months."""
_FIRST_YEAR, _LAST_YEAR = 1901, 2200


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """`mentioned`: how often the document names each day. `period_end` is the last day of the period reported on."""

    mentioned: Counter[date]
    period_end: date | None
    fiscal_year: int | None
    by_weeks: bool

    @classmethod
    def of(cls, texts: Sequence[str], *, period_end: date | None, fiscal_year: int | None) -> "FiscalCalendar":
        """The calendar that a document's pages tell of."""
        mentioned = Counter(day for text in texts for day in find_dates(text))
        by_weeks = period_end is not None and not is_month_end(period_end)
        return cls(mentioned, period_end, fiscal_year, by_weeks)

    def year_end(self, label: int) -> date | None:
        """The last day of the fiscal year that the document calls by `label`; None where that can't be told."""
        if self.period_end is None or self.fiscal_year is None:
            return None
        year = self.period_end.year + label - self.fiscal_year
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None  # people may have given the document any period
        about = day_in(year, self.period_end.month, self.period_end.day)
        if is_month_end(self.period_end) and not self.by_weeks:
            return day_in(year, about.month, 31)
        weekday = [day for day in self._around(about, _NEAR) if day.weekday() == self.period_end.weekday()]
        return max(weekday, key=lambda day: (self.mentioned[day], -abs((day - about).days)), default=None)

    def start(self, end: date, *, months: int, weeks: int | None, by_weeks: bool) -> date:
        """The first day of the period of so many months (or weeks, where the document says them) that ends on `end`.

        Counted by months, an end in the first week of a month belongs to the month before.
        """
        if weeks is None and not by_weeks:
            into_next = 1 if end.day <= _DAYS_INTO_NEXT_MONTH else 0
            first = end.year * 12 + end.month - into_next - months
            return date(first // 12, first % 12 + 1, 1)
        before = end - (weeks or _WEEKS_OF_MONTHS.get(months, 52)) * _WEEK
        if weeks is None:
            before = max((before, before - _WEEK, before + _WEEK), key=lambda day: self.mentioned[day])
        return before + timedelta(days=1)

    def _around(self, day: date, most: timedelta) -> list[date]:
        return [day + timedelta(days=days) for days in range(-most.days, most.days + 1)]

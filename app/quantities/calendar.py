"""A company's fiscal calendar, inferred from a document: the first and last days of its periods.

A fiscal year ends at a month's end, or on a fixed weekday after 52 or 53 weeks (17 CFR 210.3A-02; ASC 280: "52-53 week
fiscal years"). Among the possible days, the one that the document mentions most often is chosen.
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
"""In a 52/53-week calendar, a period can end early in the month after its last month, up to this day."""
_FIRST_YEAR, _LAST_YEAR = 1901, 2200


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """A fiscal calendar. `mentioned` counts each date in the document; `period_end` is the last day of the document's
    period.
    """

    mentioned: Counter[date]
    period_end: date | None
    fiscal_year: int | None
    by_weeks: bool

    @classmethod
    def of(cls, texts: Sequence[str], *, period_end: date | None, fiscal_year: int | None) -> "FiscalCalendar":
        """Infer the calendar from a document's pages."""
        mentioned = Counter(day for text in texts for day in find_dates(text))
        by_weeks = period_end is not None and not is_month_end(period_end)
        return cls(mentioned, period_end, fiscal_year, by_weeks)

    def year_end(self, label: int) -> date | None:
        """Return the last day of the fiscal year that the document labels `label`, or None if unknown."""
        if self.period_end is None or self.fiscal_year is None:
            return None
        year = self.period_end.year + label - self.fiscal_year
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None  # an editor can set a period and a year that do not match
        about = day_in(year, self.period_end.month, self.period_end.day)
        if is_month_end(self.period_end) and not self.by_weeks:
            return day_in(year, about.month, 31)
        weekday = [day for day in self._around(about, _NEAR) if day.weekday() == self.period_end.weekday()]
        return max(weekday, key=lambda day: (self.mentioned[day], -abs((day - about).days)), default=None)

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
        return before + timedelta(days=1)

    def _around(self, day: date, most: timedelta) -> list[date]:
        return [day + timedelta(days=days) for days in range(-most.days, most.days + 1)]

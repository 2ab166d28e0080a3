"""Parse the periods of a statement's columns from their headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.documents.content.statements import Statement
from app.documents.content.tables import Column
from app.quantities.calendar import FiscalCalendar
from app.quantities.dates import day_in, find_dates, find_days_of_year, is_month_end
from app.quantities.durations import Duration, find_duration
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class ColumnPeriods:
    """Parses the headings of one document's statements. `months` is the length of the document's period, or None."""

    calendar: FiscalCalendar
    months: int | None

    def read(
        self, statement: Statement, columns: Sequence[Column], *, heading: str, intro: str
    ) -> tuple[Period | None, ...]:
        """Return each column's period, or None if unknown.

        `heading` is the text of the heading's lines; `intro` is the text from the statement's title to the heading.
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
        return self.calendar.period_end_in(year)

    def _duration(self, column: Column, end: date | None, heading: str, intro: str, *, by_weeks: bool) -> Period | None:
        length = next(filter(None, (find_duration(text) for text in (column.label, heading, intro))), None)
        if length is None and self.months is not None:
            length = Duration(self.months)
        if end is None or length is None:
            return None
        start = self.calendar.start(end, months=length.months, weeks=length.weeks, by_weeks=by_weeks)
        return Period(end, start)

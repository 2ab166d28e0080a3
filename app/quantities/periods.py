"""Reporting periods."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.quantities.dates import day_in, is_month_end

_DAYS_OF_MONTH = 30.44
"""The mean number of days in a month (365.25 / 12)."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A duration from `start` to `end`, both inclusive. If `start` is None, it is the instant at the end of the day
    `end`.
    """

    end: date
    start: date | None = None

    def __str__(self) -> str:
        """Return the period in ISO 8601: one day, or two days separated by a slash."""
        return self.end.isoformat() if self.start is None else f"{self.start.isoformat()}/{self.end.isoformat()}"

    @property
    def months(self) -> int:
        """The length in months, rounded; 0 for an instant."""
        return 0 if self.start is None else round(((self.end - self.start).days + 1) / _DAYS_OF_MONTH)


def months_ending(day: date, months: int) -> Period:
    """Return the period of so many months that ends on a day."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = day_in(years, month + 1, 31 if is_month_end(day) else day.day)
    return Period(day, last + timedelta(days=1))

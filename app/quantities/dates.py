"""Parse dates as written in filings and questions. Use the patterns with re.IGNORECASE."""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from app.quantities.months import MONTH, parse_month

YEAR = r"(?:19|20)\d\d"
_DAY_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = (
    rf"\b(?=[jfmasond\d])(?:{MONTH}\.?\s+{_DAY_NUMBER}(?:\s*,\s*|\s+){YEAR}"
    rf"|{_DAY_NUMBER}\s+(?:of\s+)?{MONTH}\.?,?\s+{YEAR}|{YEAR}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/{YEAR})(?!\d)"
)
"""A date with a year. Other patterns can include it, because it has no groups.

The lookahead at the first letter halves the time for a complete document.
"""

_DATE = re.compile(DATE, re.IGNORECASE)
_PARTS = re.compile(r"[A-Za-z]+|\d+")
_BETWEEN = frozenset({"st", "nd", "rd", "th", "of"})
_EARLIEST, _LATEST = 1900, 2100


def find_dates(text: str) -> Iterator[date]:
    """Find the dates with a year in a text, in order; impossible dates (30 February) are skipped."""
    for found in _DATE.finditer(text):
        day = parse_date(found.group())
        if day is not None:
            yield day


def without_dates(text: str) -> str:
    """Replace each date in a text by a space."""
    return _DATE.sub(" ", text)


def parse_date(text: str) -> date | None:
    """Parse a text that is one date from 1900 to 2100; returns None for any other text.

    "January 28, 2023", "28th of January 2023", "2023-01-28" and "1/28/2023" are the same date. With slashes, the month
    comes first, as in the United States, unless only the second number can be a month.
    """
    parts = [part for part in _PARTS.findall(text) if part.lower() not in _BETWEEN]
    words = [part for part in parts if part.isalpha()]
    numbers = [int(part) for part in parts if part.isdigit()]
    if len(words) == 1 and len(numbers) == 2:
        month = parse_month(words[0])
        return None if month is None else _day(numbers[1], month, numbers[0])
    if words or len(numbers) != 3:
        return None
    if "-" in text:
        return _day(*numbers)
    first, second, year = numbers
    return _day(year, second, first) if first > 12 else _day(year, first, second)


def day_in(year: int, month: int, day: int) -> date:
    """Return the date. A day after the month's last day becomes the last day."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _day(year: int, month: int, day: int) -> date | None:
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Finds dates in text, also those that agreements write out: "this 5th day of May, 2031"."""

import re
from collections.abc import Iterator
from datetime import date

from app.quantities.dates import DATE, YEAR, parse_date
from app.quantities.months import MONTH

_DAY = re.compile(
    rf"({DATE})|(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+day\s+of\s+({MONTH}),?\s+(?:in\s+the\s+year\s+)?({YEAR})",
    re.IGNORECASE,
)


def find_days(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[date, int, int]]:
    """Yield the dates of a text between `start` and `end` with their bounds, in order."""
    for found in _DAY.finditer(text, start, len(text) if end is None else end):
        whole, day, month, year = found.groups()
        value = parse_date(whole or f"{month} {day}, {year}")
        if value is not None:
            yield value, *found.span()

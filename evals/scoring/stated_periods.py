"""Decides whether words state a period, and whether a period that was read is the period that is meant.

This module shares no code with `app.quantities`, because it measures the results of that package.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from app.quantities.periods import Period

DAYS_OFF = 7
"""Fiscal years end on a weekday: a day that is computed from the calendar can be this many days off."""

_YEAR = re.compile(r"(?<![\d,.$])(?:19|20)\d\d(?!\d|[.,]\d)")
_SHORT_YEAR = re.compile(r"(?:\bFY\s?|['’]|\b[1-4][QH]\s?|\b[QH][1-4]\s?|\d{1,2}/\d{1,2}/)(\d\d)E?\b", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENDINGS = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "t|tember", "ober", "ember", "ember")
_NAMES = "|".join(f"{month}(?:{ending})?" for month, ending in zip(_MONTHS, _ENDINGS, strict=True))
_MONTH = re.compile(rf"\b({_NAMES})\b", re.IGNORECASE)
_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(?:\d\d){1,2}\b")
_NAMED_LENGTHS = {
    3: r"(?:three|3)[\s-]months?|quarter|Q[1-4]|[1-4]Q|(?:thirteen|fourteen|1[234])[\s-]weeks?",
    6: r"(?:six|6)[\s-]months?|half|H[12]|[12]H|(?:twenty-\w+|2[4-8])[\s-]weeks?",
    9: r"(?:nine|9)[\s-]months?|(?:thirty-\w+|forty|3[6-9]|4[0-2])[\s-]weeks?",
    12: r"years?\b|annual|FY|(?:twelve|12)[\s-]months?|fiscal|(?:fifty-\w+|5[23])[\s-]weeks?",
}
_LENGTHS = {months: re.compile(rf"\b(?:{words})", re.IGNORECASE) for months, words in _NAMED_LENGTHS.items()}
_MONTH_DAYS = 30.44


def years_in(texts: Iterable[str]) -> frozenset[int]:
    """Return the years that texts name, in four digits or as "FY24", "'24", "1H24", "12/31/24"."""
    text = " ".join(texts)
    short = (2000 + int(found) for found in _SHORT_YEAR.findall(text))
    return frozenset((*map(int, _YEAR.findall(text)), *short))


def states_period(texts: Iterable[str], period: Period, *, fiscal_shift: int = 0) -> bool:
    """Return whether texts name the period.

    They have to name the year of its end, or its fiscal year (`fiscal_shift` years later). If they name months, they
    have to name the month of its end. They have to name its length if it is shorter than a year.
    """
    text = " ".join(texts)
    if not years_in([text]) & {period.end.year, period.end.year + fiscal_shift}:
        return False
    months = _months_in(text)
    if months and not months & {(period.end + timedelta(days=days)).month for days in (-DAYS_OFF, 0, DAYS_OFF)}:
        return False
    if period.start is None:
        return True
    length = round(((period.end - period.start).days + 1) / _MONTH_DAYS)
    named = {months for months, pattern in _LENGTHS.items() if pattern.search(text)}
    return length in named or (length == 12 and not named - {12})


def is_period(read: Period, meant: Period) -> bool:
    """Return whether a period that was read is the period that is meant, up to `DAYS_OFF` days.

    For an instant, a duration is right that ends at it, or that begins on the day after it: an opening balance stands
    under the heading of the whole period.
    """
    if meant.start is not None:
        return read.start is not None and _is_near(read.start, meant.start) and _is_near(read.end, meant.end)
    opening = read.start is not None and _is_near(read.start - timedelta(days=1), meant.end)
    return opening or _is_near(read.end, meant.end)


def _is_near(day: date, other: date) -> bool:
    return abs((day - other).days) <= DAYS_OFF


def _months_in(text: str) -> frozenset[int]:
    words = (_MONTHS.index(name.lower()[:3]) + 1 for name in _MONTH.findall(text))
    dates = (int(part) for found in _DATE.findall(text) for part in found)
    return frozenset((*words, *dates))

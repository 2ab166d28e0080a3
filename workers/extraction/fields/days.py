"""Dates as contracts write them: "this 15th day of May, 2031", "the 1st of June 2031", blanks left to fill in."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.quantities.dates import DATE, YEAR, day_in, parse_date
from app.quantities.months import MONTH
from app.review.values import DurationValue

_ONES: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_NTH: Final = {
    word: number
    for number, word in enumerate(
        [
            *_ONES,
            *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
            *("eighteenth", "nineteenth", "twentieth"),
            *(f"twenty-{word}" for word in _ONES),
            "thirtieth",
            "thirty-first",
        ],
        start=1,
    )
}
"""Days in words: "this first day of June 2031"."""

_WRITTEN: Final = re.compile(
    rf"(?P<day>\d{{1,2}}) ?(?:s ?t|n ?d|r ?d|t ?h)? +(?:day +)?(?:of +)?(?P<month>{MONTH})\b\.?,? *(?:in +the "
    rf"+year +|of +)?,? *(?P<year>{YEAR})(?!\d)"
    rf"|(?P<month2>{MONTH})\b\.? *(?P<day2>\d{{1,2}}) ?(?:s ?t|n ?d|r ?d|t ?h)?(?: *, *| +)(?P<year2>{YEAR})(?!\d)"
    rf"|\b(?P<nth>{'|'.join(sorted(_NTH, key=len, reverse=True)).replace('-', '[ -]+')}) +day +of"
    rf" +(?P<month3>{MONTH})\b"
    rf",? *(?P<year3>{YEAR})(?!\d)"
    rf"|\blast +day +of +(?P<month4>{MONTH})\b,? *(?P<year4>{YEAR})(?!\d)"
    rf"|{DATE}",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d\d)(?![\d/])")
BLANK: Final = re.compile(
    rf"_{{2,}} *(?:st|nd|rd|th)? *day +of|\bday +of *(?:_{{2,}}|,)|{MONTH} +_{{2,}}|_{{3,}} *, *(?:19"
    rf"|20)[\d_]{{0,2}}|\[ *[•●_*]* *\] *(?:day|,? *20)",
    re.IGNORECASE,
)
"""A date that the contract leaves blank."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date at `start` to `end` of a text."""

    day: date
    start: int
    end: int


def _number_of(words: str) -> int:
    return _NTH["-".join(re.split("[ -]+", words.lower()))]


def find_days(text: str, start: int = 0, end: int | None = None) -> Iterator[Day]:
    """Find the dates in a text, in order."""
    for found in _WRITTEN.finditer(text, start, len(text) if end is None else end):
        number = found["day"] or found["day2"] or (found["nth"] and _number_of(found["nth"]))
        month, year = (
            next((found[f"{name}{place}"] for place in ("", "2", "3", "4") if found[f"{name}{place}"]), None)
            for name in ("month", "year")
        )
        if found["month4"]:
            first = parse_date(f"{month} 1, {year}")
            day = None if first is None else first.replace(day=monthrange(first.year, first.month)[1])
        else:
            day = parse_date(f"{month} {number}, {year}" if month else found.group())
        if day is not None:
            yield Day(day, found.start(), found.end())


def find_short_days(text: str, start: int, end: int) -> Iterator[Day]:
    """Find dates with two digits of a year, as people write them beside a signature: 3/21/31 is in 2031, 3/21/98 in
    1998.
    """
    for found in _SHORT.finditer(text, start, end):
        year = int(found["year"])
        day = parse_date(f"{found['month']}/{found['day']}/{1900 + year if year >= 70 else 2000 + year}")
        if day is not None:
            yield Day(day, found.start(), found.end())


def add_duration(day: date, length: DurationValue) -> date | None:
    """Return the same day after a number of years or months, or after a number of days; None beyond the year 2100."""
    if length.count is None or length.count != length.count.to_integral_value() or length.count > 40_000:
        return None
    count = int(length.count)
    if length.unit == "day":
        ordinal = day.toordinal() + count
        return date.fromordinal(ordinal) if ordinal <= date(2100, 12, 31).toordinal() else None
    months = day.year * 12 + day.month - 1 + (count if length.unit == "month" else 12 * count)
    year, month = divmod(months, 12)
    return day_in(year, month + 1, day.day) if year <= 2100 else None


def in_months(length: DurationValue) -> Decimal:
    """Return about how many months a length has, to compare lengths."""
    if length.count is None:
        return Decimal(10_000)
    return length.count * {"day": Decimal("0.033"), "month": Decimal(1), "year": Decimal(12)}[length.unit or "day"]

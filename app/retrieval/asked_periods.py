"""Periods in a question: fiscal years and their ranges, quarters, and days."""

import re
from dataclasses import dataclass
from datetime import date

from dateutil import parser as date_parser

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = re.compile(
    rf"\b(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?:19|20)\d\d"
    r"|(?:19|20)\d\d-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_YEAR = r"(?:(?:fy|cy|fiscal(?:\s+year)?|calendar(?:\s+year)?)\s*['’]?\s*((?:19|20)\d\d|\d\d)|((?:19|20)\d\d)e?)"
_YEARS = re.compile(rf"(?<![\w.,$€£]){_YEAR}(?![\w%]|[.,]\d)", re.IGNORECASE)
_QUARTER = re.compile(
    r"(?<!\w)(?:q([1-4])|([1-4])q|(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal\s+)?quarter|quarter\s+([1-4]))"
    r"(?:\s*(?:of|in|for|,|-|/)?\s*(?:the\s+)?(?:fy|fiscal(?:\s+year)?)?\s*['’]?((?:19|20)\d\d|\d\d(?!\d)))?(?![\w%])",
    re.IGNORECASE,
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_RANGE = re.compile(r"\s*(?:[-–—]|to|through|until)\s*(?:(?:the\s+)?end\s+of\s+)?", re.IGNORECASE)
_LONGEST_RANGE = 12
_EARLIEST, _LATEST = 1950, 2099


@dataclass(frozen=True, slots=True)
class AskedPeriods:
    """What a question says of time. `years` ascend, ranges filled; `quarters` are (1 to 4, year or None).

    `labelled` are the years written as fiscal ones ("FY2021"); a bare number may be a maturity or a forecast's year.
    """

    years: tuple[int, ...] = ()
    quarters: tuple[tuple[int, int | None], ...] = ()
    days: tuple[date, ...] = ()
    labelled: tuple[int, ...] = ()

    def target_year(self) -> int | None:
        """The last of the fiscal years asked about: that year's report also holds the ones before it."""
        return max(self.labelled or self.years, default=None)


def parse_asked_periods(question: str) -> AskedPeriods:
    """Read "FY2019 - FY2021", "Q2 of FY2023", "2Q23", "2021 and 2022", "as of June 30, 2022"."""
    days = tuple(dict.fromkeys(day for day in map(_day, _DAY.findall(question)) if day))
    undated = _DAY.sub(" ", question)
    quarters: list[tuple[int, int | None]] = []
    years: set[int] = {day.year for day in days}
    for match in _QUARTER.finditer(undated):
        number = match.group(1) or match.group(2) or match.group(4)
        quarter = int(number) if number else _ORDINALS[match.group(3).casefold()]
        year = _full_year(match.group(5)) if match.group(5) else None
        quarters.append((quarter, year))
        years.update(() if year is None else (year,))
    years.update(_years(undated))
    labelled = {year for match in _YEARS.finditer(undated) if match.group(1) and (year := _year_of(match)) is not None}
    labelled.update(year for _, year in quarters if year is not None)
    return AskedPeriods(tuple(sorted(years)), tuple(dict.fromkeys(quarters)), days, tuple(sorted(labelled)))


def _years(text: str) -> set[int]:
    years: set[int] = set()
    before: re.Match[str] | None = None
    for match in _YEARS.finditer(text):
        year = _year_of(match)
        if year is None:
            before = None
            continue
        years.add(year)
        if before is not None and _RANGE.fullmatch(text, before.end(), match.start()):
            first = _year_of(before)
            if first is not None and 0 < year - first <= _LONGEST_RANGE:
                years.update(range(first, year))
        before = match
    return years


def _year_of(match: re.Match[str]) -> int | None:
    year = _full_year(match.group(1) or match.group(2))
    return year if _EARLIEST <= year <= _LATEST else None


def _full_year(digits: str) -> int:
    """Two digits stand for the years from 1970 to 2069 (POSIX strptime's %y begins in 1969)."""
    year = int(digits)
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def _day(text: str) -> date | None:
    try:
        return date_parser.parse(text).date()
    except (ValueError, OverflowError):
        return None

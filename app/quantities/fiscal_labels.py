"""Parse labels of fiscal years and quarters ("FY2022", "fiscal year 2022", "Q2 FY23", "second quarter of 2022").

Use the patterns with re.IGNORECASE.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.quantities.dates import YEAR
from app.quantities.number_words import ORDINAL, parse_ordinal

QUARTER_CODE = r"(?:q[1-4]|[1-4]q)"
"""An abbreviated quarter. Other patterns can include it, because it has no groups."""

_FISCAL = r"(?:fy|fiscal(?:\s+year)?)"
_CALENDAR = r"(?:cy|calendar(?:\s+year)?)"
# In "fiscal 52-week year" and "fiscal 52/53", the digits count weeks.
_DIGITS = rf"\s*(?:['’]\s*)?({YEAR}|\d\d(?!\d|[\s-]?(?:weeks?|months?)\b|[/-]53))"
YEAR_LABEL = rf"(?:{_FISCAL}|{_CALENDAR}){_DIGITS}"
"""A label of a fiscal or calendar year. Other patterns can include it. Its only group has two or four digits."""

_FISCAL_YEAR = re.compile(rf"(?<!\w){_FISCAL}{_DIGITS}(?![\w%]|[.,]\d|\s*[-–]\s*\d)", re.IGNORECASE)
_YEAR_CODE = re.compile(rf"(?:fy|cy)['’]?({YEAR}|\d\d)[ae]?", re.IGNORECASE)
_QUARTER = re.compile(
    rf"(?<!\w)(?:({QUARTER_CODE})|({ORDINAL})[\s-]+(?:fiscal[\s-]+)?quarter"
    # In "the quarter 2031" and "the quarter 2.3 billion" the first digit belongs to a longer number.
    r"|quarter\s+([1-4])(?!\.?\d|,\d{3}(?!\d))"
    # "The last quarter" alone is the one before today's.
    rf"|(?:last|final)\s+quarter(?=\s+of\s+(?:the\s+)?(?:{_FISCAL}\s+|year\s+)?{YEAR}(?!\d)))(?![^\W\d]|%)",
    re.IGNORECASE,
)
_LAST_QUARTER = "4"
_YEAR_AFTER = re.compile(
    r"(?:\s+and\s+[\w\s-]{0,16}?(?:year|months))?"  # "the second quarter and first six months of fiscal 2022"
    rf"\s{{0,3}}(?:of|in|for|,|-|/)?\s{{0,3}}(?:the\s+)?(?:(?:{_FISCAL}|year)\s{{0,3}})?['’]?({YEAR})(?![\w%])",
    re.IGNORECASE,
)
_SHORT_YEAR_AFTER = re.compile(
    rf"[ -]?(?:of |in |, )?(?:the )?(?:{_FISCAL}[ ]?['’]?|['’])(\d\d)(?![\w%])", re.IGNORECASE
)
_SHORT_YEAR_AFTER_CODE = re.compile(r"[ /-]?(\d\d)(?![\w%])")


@dataclass(frozen=True, slots=True)
class QuarterMention:
    """A quarter (1 to 4), with its year if the text states it directly after.

    The quarter is at `start` to `name_end` of the text; the quarter with its year is at `start` to `end`.
    """

    quarter: int
    year: int | None
    start: int
    name_end: int
    end: int


@dataclass(frozen=True, slots=True)
class FiscalYearMention:
    """A fiscal year, mentioned at `start` to `end` of a text."""

    year: int
    start: int
    end: int


def find_quarters(text: str, start: int = 0, end: int | None = None) -> Iterator[QuarterMention]:
    """Find the quarters in a text between `start` and `end`, in order."""
    end = len(text) if end is None else end
    for found in _QUARTER.finditer(text, start, end):
        code, ordinal, digit = found.groups()
        year = _year_after(text, found.end(), end, is_code=code is not None)
        if year is None and code is not None and text[found.end() : found.end() + 1].isdigit():
            continue  # "Q1234" is not a quarter
        quarter = parse_ordinal(ordinal) if ordinal else int((code or digit or _LAST_QUARTER).lower().strip("q"))
        yield QuarterMention(
            quarter=quarter,
            year=None if year is None else full_year(year.group(1)),
            start=found.start(),
            name_end=found.end(),
            end=found.end() if year is None else year.end(),
        )


def find_fiscal_years(text: str) -> Iterator[FiscalYearMention]:
    """Find the labelled fiscal years in a text, in order, without the first year of a range."""
    for found in _FISCAL_YEAR.finditer(text):
        yield FiscalYearMention(full_year(found.group(1)), *found.span())


def parse_quarter_code(word: str) -> int | None:
    """Parse "Q2" or "2Q" to the quarter's number; returns None for any other word."""
    return int(word.lower().strip("q")) if re.fullmatch(QUARTER_CODE, word, re.IGNORECASE) else None


def parse_year_code(word: str) -> int | None:
    """Parse "FY2022", "FY22" or "CY22E" to the year; returns None for any other word."""
    found = _YEAR_CODE.fullmatch(word)
    return None if found is None else full_year(found.group(1))


def full_year(digits: str) -> int:
    """Return the year of two or four digits. Two digits mean 1970 to 2069 (POSIX strptime's %y: 1969 to 2068)."""
    year = int(digits)
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def _year_after(text: str, at: int, end: int, *, is_code: bool) -> re.Match[str] | None:
    after = _YEAR_AFTER.match(text, at, end) or _SHORT_YEAR_AFTER.match(text, at, end)
    return after or (_SHORT_YEAR_AFTER_CODE.match(text, at, end) if is_code else None)

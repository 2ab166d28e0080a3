"""Recognise periods in table headings. Use the patterns with re.IGNORECASE."""

import re

from app.quantities.dates import YEAR
from app.quantities.fiscal_labels import QUARTER_CODE, YEAR_LABEL
from app.quantities.months import MONTH

_YEAR = re.compile(rf"(?<![\d,.]){YEAR}(?![\d,]|\.\d)")
_YEAR_CELL = re.compile(rf"{YEAR}(?:\s*\(\w{{1,2}}\)|\*)?[AE]?", re.IGNORECASE)
_YEAR_AND_UNITS = re.compile(rf"{YEAR}\s+\(?(?:[A-Z]{{0,3}}[$€£¥₹]|[A-Z]{{3}}\b|['’]000)[\w\s'’]{{0,16}}\)?")
_WORDS = re.compile(
    rf"\b(?:ended|ending|months?|weeks?|quarters?|years?|as of|at|fiscal|{MONTH}\.?)(?!\w)", re.IGNORECASE
)
_LABEL = re.compile(rf"(?:{QUARTER_CODE}|fy|cy)\W*(?:{YEAR}|\d\d)|{YEAR_LABEL}", re.IGNORECASE)
_MONTH = re.compile(rf"\b{MONTH}\b", re.IGNORECASE)
_LENGTH = re.compile(r"\b(?:years?|months?|quarters?|weeks?|periods?)\b", re.IGNORECASE)
_ENDED = re.compile(r"\b(?:ended|ending)\b", re.IGNORECASE)


def find_years(text: str) -> list[str]:
    """Find the four-digit years in a text that are not part of a longer number, in order."""
    return _YEAR.findall(text)


def without_years(text: str) -> str:
    return _YEAR.sub("", text)


def has_period_word(text: str) -> bool:
    """Return whether a text has a word that occurs in period headings ("ended", "as of", a month)."""
    return _WORDS.search(text) is not None


def is_year(cell: str) -> bool:
    """Return whether a cell is a year, with an optional footnote mark, "A" (actual) or "E" (estimate)."""
    return _YEAR_CELL.fullmatch(cell) is not None


def is_period(cell: str) -> bool:
    """Return whether a cell names a period: a year, a label, a month, or a length before "ended" or "ending"."""
    if is_year(cell) or _LABEL.fullmatch(cell) or _MONTH.search(cell) or _YEAR_AND_UNITS.fullmatch(cell):
        return True
    length = _LENGTH.search(cell)
    return length is not None and _ENDED.search(cell, length.end()) is not None

"""How the headings of tables name periods. Patterns are for matching without regard to case."""

import re

from app.quantities.dates import YEAR
from app.quantities.fiscal_labels import QUARTER_CODE, YEAR_LABEL
from app.quantities.months import MONTH

_YEAR = re.compile(rf"(?<![\d,.]){YEAR}(?![\d,]|\.\d)")
_YEAR_CELL = re.compile(rf"{YEAR}(?:\s*\(\w{{1,2}}\)|\*)?[AE]?", re.IGNORECASE)
_NUMBERS = re.compile(
    rf"\b{MONTH}\.?\s+\d{{1,2}}(?!\d),?|\b\d{{1,2}}\s+{MONTH}\b|\b\d{{1,2}}[- ]?(?:weeks?|months?)\b"
    rf"|(?<!\t)\(\d{{1,2}}\)|\b{QUARTER_CODE}\b|(?:^|(?<=\t))\d{{1,2}},(?=\t|$)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"\b(?:ended|ending|months?|weeks?|quarters?|years?|as of|at|fiscal|{MONTH}\.?)(?!\w)", re.IGNORECASE
)
_CHANGE = re.compile(r"\bdecreases?\b", re.IGNORECASE)
_LABEL = re.compile(rf"(?:{QUARTER_CODE}|fy|cy)\W*(?:{YEAR}|\d\d)|{YEAR_LABEL}", re.IGNORECASE)
_MONTH = re.compile(rf"\b{MONTH}\b", re.IGNORECASE)
_LENGTH = re.compile(r"\b(?:years?|months?|quarters?|weeks?|periods?)\b", re.IGNORECASE)
_ENDED = re.compile(r"\b(?:ended|ending)\b", re.IGNORECASE)


def find_years(text: str) -> list[str]:
    """The years of four digits in a text that are no part of a longer number, in order."""
    return _YEAR.findall(text)


def without_years(text: str) -> str:
    return _YEAR.sub("", text)


def without_periods(text: str) -> str:
    """The text without its years and without the numbers that go with periods: days, weeks, quarters, footnotes."""
    return _NUMBERS.sub("", without_years(text))


def has_period_word(text: str) -> bool:
    """Whether a text has a word that stands in the headings of periods ("ended", "as of", a month)."""
    return _WORDS.search(text) is not None


def has_change_word(text: str) -> bool:
    """Whether a text may head columns of changes ("Increase (decrease)")."""
    return _CHANGE.search(text) is not None


def without_period_words(text: str) -> str:
    return _WORDS.sub("", text)


def is_year(cell: str) -> bool:
    """Whether a cell is a year, maybe with a footnote's mark or "A" for actual, "E" for estimate."""
    return _YEAR_CELL.fullmatch(cell) is not None


def is_period(cell: str) -> bool:
    """Whether a cell names a period: by a year, a label, a month, or as one that "ended"."""
    if is_year(cell) or _LABEL.fullmatch(cell) or _MONTH.search(cell):
        return True
    length = _LENGTH.search(cell)
    return length is not None and _ENDED.search(cell, length.end()) is not None

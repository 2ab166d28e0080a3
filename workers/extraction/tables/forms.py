"""Decides what a text looks like: a figure, a year, a period, a statement of units, or words."""

import re
from functools import lru_cache

from app.quantities.headings import has_period_word
from app.quantities.period_words import read_period_words
from app.quantities.sides import may_have_side
from app.quantities.styles import NumberStyle, decide_style
from app.quantities.units import parse_units
from app.quantities.values import Kind, parse_value
from workers.extraction.tables.cells import Form
from workers.extraction.tables.units import may_state_units

_YEAR = re.compile(r"(?:19|20)\d\d(?:\s?(?:\((?:\d{1,2}|[a-z])\)|[*†‡]))?")
_YEAR_AND_UNITS = re.compile(r"(?:19|20)\d\d (?=\(?[A-Z]{0,3}[$€£¥₹]|\(?[A-Z]{2,3}\b|\(?['’]000)(.{1,24})")
"""The heading of a year with its units: "2025 £m". With a comma it is a figure: "2,025 £m"."""
_PLAIN = re.compile(r"\$?\s?(?:\d{1,3}(?:,\d{3})*(?:\.\d+)?|\(\d{1,3}(?:,\d{3})*(?:\.\d+)?\))\s?%?|\$?[—–-]")
"""The figures of most tables, recognised without parsing them."""
_MOST_OF_PERIOD = 70
_MOST_OF_UNITS = 250
_MOST_LETTERS = 3
"""Letters that may stand beside a period or a statement of units ("2024 A"). More make it words."""
_BESIDE_UNITS = re.compile(
    r"\b(?:in|except|for|per|shares?|data|amounts?|tabular|and|as|otherwise|noted|stated|indicated|specified|where|unless|are|all"
    r"|the|unaudited|information|figures|or|percentages?|ratios?)\b",
    re.IGNORECASE,
)
_MEASURES = frozenset({"%", "$", "€", "£", "¥", "x", "bps"})
_DIGIT = re.compile(r"\d")
_CONTINENTAL = NumberStyle(decimal=",", spaces=True)
_FIGURES = frozenset(Kind) - {Kind.TEXT, Kind.DATE, Kind.PERIOD}


class Forms:
    """The forms of one document's texts. Results are cached."""

    def __init__(self) -> None:
        self._known: dict[str, Form] = {}

    def of(self, text: str) -> Form:
        form = self._known.get(text)
        if form is None:
            form = self._known[text] = _form(text)
        return form

    def style(self) -> NumberStyle:
        """Decide the document's number style from all figures among the texts so far."""
        return decide_style(text for text, form in self._known.items() if form is Form.FIGURE)


@lru_cache(maxsize=20_000)
def _form(text: str) -> Form:
    if _YEAR.fullmatch(text):
        return Form.YEAR
    if _PLAIN.fullmatch(text):
        return Form.FIGURE
    kind = Kind.PERIOD if _is_year_with_units(text) else parse_value(text).kind
    if kind is Kind.TEXT and _DIGIT.search(text):
        kind = parse_value(text, _CONTINENTAL).kind
        if kind is Kind.TEXT and may_have_side(text):
            kind = parse_value(text, negative_side="CR").kind
    if kind in _FIGURES:
        is_count = kind in (Kind.NUMBER, Kind.RANGE) and _letters(text) > _MOST_LETTERS
        return Form.COUNT if is_count else Form.FIGURE
    if kind in (Kind.DATE, Kind.PERIOD):
        return Form.PERIOD
    if text in _MEASURES or _is_units(text):
        return Form.UNITS
    return Form.PERIOD if _is_period(text) else Form.WORDS


def _is_year_with_units(text: str) -> bool:
    found = _YEAR_AND_UNITS.fullmatch(text)
    return found is not None and parse_units(found[1]).states_units


def _is_units(text: str) -> bool:
    if len(text) > _MOST_OF_UNITS or not may_state_units(text):
        return False
    units = parse_units(text)
    if not units.states_units:
        return False
    rest, at = [], 0
    for start, end in sorted(units.spans):
        rest.append(text[at:start])
        at = max(at, end)
    rest.append(text[at:])
    if read_period_words(" ".join(rest)).states_period:
        return False  # "2024 $'000" is the heading of a year
    beside = _BESIDE_UNITS.sub("", " ".join(rest))
    return _letters(beside) <= _MOST_LETTERS


def _is_period(text: str) -> bool:
    if len(text) > _MOST_OF_PERIOD or not (has_period_word(text) or _DIGIT.search(text)):
        return False
    words = read_period_words(text)
    return words.states_period and not words.others and not words.change


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))

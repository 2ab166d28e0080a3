"""Parse the scales of amounts: "in millions" above a table, "million" beside a number.

Use the patterns with re.IGNORECASE.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.quantities.case import fold_case
from app.quantities.currencies import SIGN

SCALE_WORD = r"(?:thousand|million|billion|trillion)"
"""A power of ten as a singular word. Other patterns can include it, because it has no groups."""

SCALE_WORDS = ("thousand", "million", "billion", "trillion")
_EXPONENTS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_EXPONENTS |= {"lakh": 5, "crore": 7}
_EXPONENTS |= {"k": 3, "m": 6, "mm": 6, "mn": 6, "bn": 9, "b": 9}

_ANY = re.compile(rf"\b({SCALE_WORD})s?\b", re.IGNORECASE)
_BESIDE = re.compile(rf"[ \n-]*({SCALE_WORD}|lakh|crore)s?\b|(mm|mn|bn|m|b|k)\b", re.IGNORECASE)
_UNITS = re.compile(
    rf"(?:\b(?:in|of)(?:\s*|[^\S\n]+(?:[A-Za-z.$€£¥₹]+[^\S\n]+){{1,2}}?)|{SIGN}\s*)((?:thousand|million|billion)s)\b",
    re.IGNORECASE,
)
# The last word of a statement of units. The search by first letters is several times as fast as that for all of it.
_UNITS_WORD = re.compile(r"(?-i:[tTmMbB])(?:(?<=t)housand|(?<=m)illion|(?<=b)illion)s", re.IGNORECASE)
_STATED = re.compile(
    rf"\b(?:in|of|\(?000['’]?s|stated in|{SIGN})\s+(?:[a-z.$€£¥₹]+\s+){{0,3}}?({SCALE_WORD})s?\b", re.IGNORECASE
)
# The pattern begins at the zeros, because optional spaces before them would take cubic time.
_ZEROS = re.compile(r"(?<![\d,.])000['’]?s?(?: omitted)?\s*\)", re.IGNORECASE)


class Scale(StrEnum):
    """The multiplier of a statement's amounts."""

    UNITS = "units"
    THOUSANDS = "thousands"
    MILLIONS = "millions"
    BILLIONS = "billions"

    @property
    def exponent(self) -> int:
        """The scale as a power of ten."""
        return _EXPONENTS.get(self.value.removesuffix("s"), 0)


@dataclass(frozen=True, slots=True)
class ScaleMention:
    """A power of ten beside a number; its word ends at `end` of the text."""

    exponent: int
    end: int


@dataclass(frozen=True, slots=True)
class UnitsMention:
    """A scale for all amounts of a table ("in millions"), at `start` to `end` of a text."""

    scale: Scale
    start: int
    end: int


def find_scale(text: str) -> int | None:
    """Return the first power of ten in a text, if any."""
    found = _ANY.search(text)
    return None if found is None else _EXPONENTS[fold_case(found.group(1))]


def match_scale(text: str, start: int) -> ScaleMention | None:
    """Return the scale directly after a number that ends at `start` (" million", "bn"), if any."""
    found = _BESIDE.match(text, start)
    return None if found is None else ScaleMention(_EXPONENTS[fold_case(found.group(1) or found.group(2))], found.end())


def find_units(text: str) -> Iterator[UnitsMention]:
    """Find the scales that a text states for all amounts ("in millions", "$ thousands"), in order."""
    line_end, last = 0, 0
    while (word := _UNITS_WORD.search(text, line_end)) is not None:
        start, line_end = _lines_around(text, *word.span())
        for found in _UNITS.finditer(text, max(last, start), line_end):
            yield UnitsMention(Scale(fold_case(found.group(1))), *found.span())
            last = found.end()


def _lines_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the start of the line with the word before the one at `start` to `end`, and the end of the latter's."""
    while start and text[start - 1].isspace():
        start -= 1
    line_end = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if line_end < 0 else line_end


def find_stated_scales(text: str) -> frozenset[int]:
    """Return the powers of ten that a text states for its numbers, in words or as "(000 omitted)"."""
    scales = {_EXPONENTS[fold_case(found.group(1))] for found in _STATED.finditer(text)}
    return frozenset(scales | {3}) if _ZEROS.search(text) else frozenset(scales)

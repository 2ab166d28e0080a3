"""Find currencies and powers of ten in prose: beside a number, above a table, in a statement of units.

The words themselves are those of `unit_words`. Use the patterns with re.IGNORECASE unless they say otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.quantities.case import fold_case
from app.quantities.unit_words import (
    CODES,
    DOLLARS,
    LETTER_SCALES,
    SCALE_WORDS,
    SCALES,
    SIGNS,
    WORDS_OR_CURRENCIES,
    find_words,
)

SIGN = "[$€£¥₹]"
"""A currency sign of one character."""

SCALE_WORD = rf"(?:{'|'.join(SCALE_WORDS)})"
"""A power of ten as a singular word. Other patterns can include it, because it has no groups."""

CODE = rf"(?:{'|'.join(sorted(CODES))}|RMB)"
"""An ISO 4217 code. Other patterns can include it, because it has no groups. Use it in case-sensitive patterns only."""

_DOLLAR = rf"(?:\b(?:Cdn|{'|'.join(sorted(letters.upper() for letters in DOLLARS if letters.isalpha()))}))?\$"

CURRENCY = rf"(?:{_DOLLAR}|[€£¥₹]|\b{CODE})"
"""A currency sign or code before an amount. Other patterns can include it, because it has no groups. Use it in
case-sensitive patterns only.
"""

_EXPONENTS = SCALES | LETTER_SCALES
_BESIDE = re.compile(rf"[ \n-]*({SCALE_WORD}|lakh|crore)s?\b|(mm|mn|mln|mio|bn|bln|tn|m|b|k)\b", re.IGNORECASE)
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


_BY_SIGN = {code: code for code in CODES} | {"RMB": "CNY"}
_BY_SIGN |= {f"{letters}$".upper(): code for letters, code in DOLLARS.items()} | SIGNS | {"$": "USD"}
# A code at the beginning of a table row is the row's label.
_BEFORE_AMOUNT = re.compile(rf"{_DOLLAR}|[€£¥₹]|\b(?:(?<=[^\n]){CODE}\b|{CODE}\b(?!\t))(?=\s*[\d(])")
# Where a sign or a code can begin. The search by first characters is several times as fast as that for the amount.
_BEGINNING = re.compile(r"[$€£¥₹A-Z](?:(?<=[$€£¥₹])|(?<!\w.)[A-Zd$])")
_AFTER_AMOUNT = re.compile(rf"\s*(?:({CODE})|((?:US )?dollars|euros?|pounds))\b", re.IGNORECASE)
_BY_NAME = {"d": "USD", "u": "USD", "e": "EUR", "p": "GBP"}


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


@dataclass(frozen=True, slots=True)
class CurrencyMention:
    """A currency, mentioned at `start` to `end` of a text."""

    code: str
    start: int
    end: int


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


def find_named_currency(text: str) -> str | None:
    """Return the currency in a statement of units, given as sign, code or name. The US dollar is returned only if no
    other currency is found.
    """
    named = [word.currency for word in find_words(text) if word.currency and word.text not in WORDS_OR_CURRENCIES]
    codes = ["USD" if code == "$" else code for code in named]
    return next((code for code in codes if code != "USD"), codes[0] if codes else None)


def find_signs(text: str) -> Iterator[CurrencyMention]:
    """Find the currency signs in a text, and the codes before amounts, in order."""
    position = 0
    while (beginning := _BEGINNING.search(text, position)) is not None:
        found = _BEFORE_AMOUNT.match(text, beginning.start())
        if found is not None:
            yield CurrencyMention(parse_currency(found.group()), *found.span())
        position = beginning.start() + 1 if found is None else found.end()


def match_currency(text: str, start: int) -> str | None:
    """Return the currency directly after a number that ends at `start` (" euros"), if any."""
    found = _AFTER_AMOUNT.match(text, start)
    if found is None:
        return None
    return parse_currency(found.group(1)) if found.group(1) else _BY_NAME[found.group(2)[0].lower()]


def parse_currency(sign: str) -> str:
    """Return the ISO code of a match of `CURRENCY`."""
    return _BY_SIGN[fold_case(sign).upper()]

"""Numbers in the formats of the Inline XBRL transformation registries 1 to 5, and of the SEC's own registry.

A text that does not have its format's form is no number: a comma before other than three digits may be a decimal one.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from app.quantities.number_words import CARDINAL, parse_cardinal

LONGEST = 60
LONGEST_WORDS = 240
"""Characters of the longest number that is read, in digits and in words."""

_ZERO = frozenset({"fixedzero", "zerodash", "numdash"})
_POINT = frozenset({"numdotdecimal", "numdotdecimalapos", "numdotdecimalin", "numcommadot", "numspacedot"})
_COMMA = frozenset({"numcommadecimal", "numcommadecimalapos", "numdotcomma", "numspacecomma", "numcomma"})
_UNITS = frozenset({"numunitdecimal", "numunitdecimalapos", "numunitdecimalin"})
_WORDS = frozenset({"numwordsen"})
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u3000]+")
_APART = re.compile(r"[ '’´`]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}|\d*", re.ASCII)
_SUM = re.compile(r"([\d.,]+) ?[^\d.,]+(?:(\d{1,2}) ?[^\d.,]*)?", re.ASCII)
_CARDINAL = re.compile(CARDINAL, re.IGNORECASE)
_JOINTS = re.compile(r"[\s,-]+(?:and\b[\s-]*)?")
_POWERS = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_NONE = frozenset({"no", "none", "nil", "zero"})
_MOST_WORDS = 30


def parse_number(text: str, form: str) -> Decimal | None:
    """Return the number of a text in a format, such as "ixt:num-dot-decimal" ("" for a plain number), else None."""
    name = form.rpartition(":")[2].lower().replace("-", "")
    bare = _SPACES.sub(" ", text).strip()
    if name in _ZERO:
        return Decimal(0)
    parse = _PARSERS.get(name)
    return None if parse is None or len(bare) > (LONGEST_WORDS if name in _WORDS else LONGEST) else parse(bare)


def _parse_plain(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if _PLAIN.fullmatch(text) else None


def _parse_point(text: str) -> Decimal | None:
    return _parse(text, ",", ".")


def _parse_comma(text: str) -> Decimal | None:
    return _parse(text, ".", ",")


def _parse(text: str, grouping: str, point: str) -> Decimal | None:
    """Parse digits whose groups may be parted by `grouping`, a space or an apostrophe."""
    whole, _, fraction = text.partition(point)
    groups = _APART.sub(",", whole.strip().replace(grouping, ","))
    if not _GROUPED.fullmatch(groups) or not (fraction.isdecimal() and fraction.isascii() if fraction else groups):
        return None
    return Decimal(f"{groups.replace(',', '') or '0'}.{fraction}" if fraction else groups.replace(",", ""))


def _parse_units(text: str) -> Decimal | None:
    """Parse an amount in two units, such as "5 dollars 7 cents" (5.07)."""
    found = _SUM.fullmatch(text)
    if found is None:
        return None
    whole = _parse(found[1].replace(".", ","), ",", ".")
    return None if whole is None else whole + Decimal(int(found[2] or 0)).scaleb(-2)


def _parse_words(text: str) -> Decimal | None:
    """Parse a whole number in English words, such as "one hundred and five thousand"."""
    words = [word for word in _JOINTS.split(text.lower()) if word]
    if not words or len(words) > _MOST_WORDS:
        return None
    if len(words) == 1 and words[0] in _NONE:
        return Decimal(0)
    total = current = 0
    for word in words:
        if word == "hundred":
            current = (current or 1) * 100
        elif word in _POWERS:
            total, current = total + (current or 1) * _POWERS[word], 0
        elif _CARDINAL.fullmatch(word):
            current += parse_cardinal(word)
        elif word.isdecimal() and word.isascii():
            current += int(word)
        else:
            return None
    return Decimal(total + current)


_PARSERS: Mapping[str, Callable[[str], Decimal | None]] = {
    "": _parse_plain,
    **dict.fromkeys(_POINT, _parse_point),
    **dict.fromkeys(_COMMA, _parse_comma),
    **dict.fromkeys(_UNITS, _parse_units),
    **dict.fromkeys(_WORDS, _parse_words),
}

"""Figures as tables print them, and the marks around them. Patterns are for matching without regard to case."""

import re
from decimal import Decimal

from app.quantities.currencies import SIGN
from app.quantities.dates import YEAR

# A footnote's mark may touch the number ("1,2342"), and a year the day before it ("31,2031").
DIGITS = rf"(?:\d{{1,3}}(?:,(?!{YEAR}(?!\d))\d{{3}})+|\d+)(?:\.\d+)?"
"""A number's digits, with or without commas. To be put into other patterns: it has no groups."""

_VALUE = re.compile(
    # A sign may stand a space before its number; a dash in a cell of its own is a nil.
    rf"\(?\s?(?:[-−–](?=[ ]?[\d$€£¥₹(U]))?(?:US)?{SIGN}?\s*\(?[-−–]?{DIGITS}\s?\)?(?:\s*%)?\)?|(?<!\S)[—–-]+(?!\S)"
)
_AMOUNT = re.compile(
    rf"\(?[-−–—]?\s*\(?(?:[A-Z]{{0,3}}{SIGN})?\s*\(?\s*[-−–—]?(?:{DIGITS}|\.\d+)\s*\)?\s*[%x]?\)?(?:\s*\(\w{{1,2}}\))?|[—–-]+"
)


def is_amount(cell: str) -> bool:
    """Whether a cell is an amount, maybe with a sign, "%" or "x" and a footnote's mark, or the dash for nil."""
    return _AMOUNT.fullmatch(cell) is not None


def find_values(line: str, start: int = 0) -> list[re.Match[str]]:
    """The values in a table's line from `start` on: amounts with their signs, percentages, dashes for nil."""
    return list(_VALUE.finditer(line, start))


def has_value(text: str) -> bool:
    return _VALUE.search(text) is not None


def parse_figure(text: str) -> Decimal | None:
    """The figure as it is printed, negative in brackets or after a minus; a dash is 0; None for a percentage."""
    bare = re.sub(r"[^\d.%()−–—-]", "", text)
    if "%" in bare:
        return None
    digits = re.sub(r"[^\d.]", "", bare)
    if not digits:
        return Decimal(0) if bare.strip("()") else None
    value = Decimal(digits)
    return -value if "(" in bare or bare[0] in "-−–" else value

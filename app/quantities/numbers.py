"""Parse figures in tables, with the marks around them. Use the patterns with re.IGNORECASE."""

import re
from decimal import Decimal

from app.quantities.currencies import SIGN
from app.quantities.dates import YEAR

# A footnote mark may follow the number directly ("1,2342"), and a year may follow a day ("31,2031").
DIGITS = rf"(?:\d{{1,3}}(?:,(?!{YEAR}(?!\d))\d{{3}})+|\d+)(?:\.\d+)?"
"""The digits of a number, with or without commas. Other patterns can include it, because it has no groups."""

_VALUE = re.compile(
    # A space may separate sign and number. A single dash in a cell is zero.
    rf"\(?\s?(?:[-−–](?=[ ]?[\d$€£¥₹(U]))?(?:US)?{SIGN}?\s*\(?[-−–]?{DIGITS}\s?\)?(?:\s*%)?\)?|(?<!\S)[—–-]+(?!\S)"
)
_AMOUNT = re.compile(
    rf"\(?[-−–—]?\s*\(?(?:[A-Z]{{0,3}}{SIGN})?\s*\(?\s*[-−–—]?(?:{DIGITS}|\.\d+)\s*\)?\s*[%x]?\)?(?:\s*\(\w{{1,2}}\))?|[—–-]+"
)


def is_amount(cell: str) -> bool:
    """Return whether a cell is an amount, with optional sign, "%" or "x", and footnote mark; or a dash for zero."""
    return _AMOUNT.fullmatch(cell) is not None


def find_values(line: str, start: int = 0) -> list[re.Match[str]]:
    """Find the values in a table row from `start` on: amounts with signs, percentages, and dashes for zero."""
    return list(_VALUE.finditer(line, start))


def has_value(text: str) -> bool:
    return _VALUE.search(text) is not None


def parse_figure(text: str) -> Decimal | None:
    """Parse a printed figure. It is negative in brackets or after a minus sign, and 0 for a dash. Returns None for a
    percentage.
    """
    bare = re.sub(r"[^\d.%()−–—-]", "", text)
    if "%" in bare:
        return None
    digits = re.sub(r"[^\d.]", "", bare)
    if not digits:
        return Decimal(0) if bare.strip("()") else None
    value = Decimal(digits)
    return -value if "(" in bare or bare[0] in "-−–" else value

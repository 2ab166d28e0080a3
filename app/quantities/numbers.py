"""Parse figures in tables, with the marks around them. Use the patterns with re.IGNORECASE."""

import re
from decimal import Decimal

from app.quantities.currencies import SIGN
from app.quantities.dates import YEAR
from app.quantities.values import Kind, parse_value

# A footnote mark may follow the number directly ("1,2342"), and a year may follow a day ("31,2031").
DIGITS = (
    rf"(?:\d{{1,3}}(?:,(?!{YEAR}(?!\d))\d{{3}})+|\d{{1,2}}(?:,\d\d){{1,6}},\d{{3}}(?!\d)|\d{{1,3}}(?:['’]\d{{3}})+(?!\d)|\d+)"
    r"(?:\.\d+)?"
)
"""The digits of a number with a decimal point, with or without separators of thousands. It has no groups, so other
patterns can include it.
"""

_VALUE = re.compile(
    # A space may separate sign and number. A single dash in a cell is zero.
    rf"\(?\s?(?:[-−–](?=[ ]?[\d$€£¥₹(U]))?(?:US)?{SIGN}?\s*\(?[-−–]?{DIGITS}\s?\)?(?:\s*%)?\)?|(?<!\S)[—–-]+(?!\S)"
)
_FIGURES = frozenset(Kind) - {Kind.TEXT, Kind.DATE, Kind.PERIOD, Kind.NOT_MEANINGFUL}
_SUMMED = (Kind.AMOUNT, Kind.NIL, Kind.PER_SHARE, Kind.SHARES, Kind.NUMBER)


def is_amount(cell: str) -> bool:
    """Return whether a cell is a figure, with optional sign, unit and footnote mark; or a dash for zero."""
    return parse_value(cell).kind in _FIGURES


def find_values(line: str, start: int = 0) -> list[re.Match[str]]:
    """Find the values in a table row from `start` on: amounts with signs, percentages, and dashes for zero."""
    return list(_VALUE.finditer(line, start))


def has_value(text: str) -> bool:
    return _VALUE.search(text) is not None


def parse_figure(text: str) -> Decimal | None:
    """Parse a printed figure, which is 0 for a dash. Returns None for percentages, ratios and text."""
    value = parse_value(text)
    return value.value if value.kind in _SUMMED else None

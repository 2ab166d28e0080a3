"""Names of months, in full and abbreviated. Use the patterns with re.IGNORECASE."""

import re

from app.quantities.case import fold_case

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
"""A month's name, without the full stop of an abbreviation. It has no groups, so other patterns can include it."""

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = re.compile(MONTH, re.IGNORECASE)
_NUMBERS = {name[:3]: number for number, name in enumerate(MONTH_NAMES, start=1)}


def parse_month(word: str) -> int | None:
    """Parse a month's name to its number ("Sept" → 9); returns None for any other word."""
    return _NUMBERS[fold_case(word[:3])] if _MONTH.fullmatch(word) else None

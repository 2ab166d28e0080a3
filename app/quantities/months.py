"""The names of months, in full and abbreviated. Patterns are for matching without regard to case."""

import re

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
"""A month's name without the period of an abbreviation. To be put into other patterns: it has no groups."""

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = re.compile(MONTH, re.IGNORECASE)
_NUMBERS = {name[:3]: number for number, name in enumerate(MONTH_NAMES, start=1)}


def parse_month(word: str) -> int | None:
    """The month's number, 1 to 12 ("Sept" → 9); None for any other word."""
    return _NUMBERS[word[:3].lower()] if _MONTH.fullmatch(word) else None

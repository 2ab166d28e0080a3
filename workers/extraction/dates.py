"""Dates as filings write them."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)

# To be put into other patterns; has no groups of its own, so that it can be repeated.
DATE = (
    rf"(?:{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\s*,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+\d{{4}}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})"
)

_PARTS = re.compile(r"[A-Za-z]+|\d+")
_ORDINALS = frozenset({"st", "nd", "rd", "th"})


def parse_date(text: str) -> date | None:
    """The date in `text` ("January 28, 2023", "28 January 2023", "2023-01-28", US "1/28/2023"), None if it is none."""
    parts = [part for part in _PARTS.findall(text) if part.lower() not in _ORDINALS]
    if len(parts) != 3:
        return None
    words = [part for part in parts if part.isalpha()]
    numbers = [int(part) for part in parts if part.isdigit()]
    if len(words) == 1 and len(numbers) == 2:
        name = words[0][:3].lower()
        if name not in _MONTHS:
            return None
        year, month, day = numbers[1], _MONTHS.index(name) + 1, numbers[0]
    elif len(numbers) == 3:
        year, month, day = numbers if "-" in text else (numbers[2], numbers[0], numbers[1])
    else:
        return None
    if not 1900 <= year <= 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Debit and credit as signs: which side a heading states to be negative."""

import re
from collections.abc import Iterable

_SIDE = r"(?:dr|cr|debits?|credits?)\b\.?"
_BOTH = re.compile(rf"\b({_SIDE})\)?\s?(?:/|,|or|and)?\s?\(?({_SIDE})", re.IGNORECASE)
_BRACKETED = re.compile(rf"\(\s?({_SIDE})\s?\)", re.IGNORECASE)
_MOST_CHARACTERS = 200


def find_negative_side(texts: Iterable[str]) -> str | None:
    """Return the side that is negative, "DR" or "CR", by the first text that names both; None if no text does.

    It is the side in brackets ("Dr (Cr)", "Debit/(credit)"), otherwise the second one ("DR/CR").
    """
    for text in texts:
        found = _BOTH.search(text, 0, _MOST_CHARACTERS)
        if found is not None and found[1][0].lower() != found[2][0].lower():
            bracketed = _BRACKETED.search(text, found.start(), _MOST_CHARACTERS) or _BRACKETED.search(
                text, max(0, found.start() - 1), found.end()
            )
            side = bracketed[1] if bracketed else found[2]
            return "DR" if side[0].lower() == "d" else "CR"
    return None


def may_have_side(text: str) -> bool:
    """Return whether a figure may end with "DR" or "CR"."""
    return text[-2:].upper() in ("DR", "CR") and any("0" <= character <= "9" for character in text)

"""The direction of a move that a text names: up or down."""

import re
from enum import StrEnum


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


_RISES = r"(?:increas|ris(?=e|ing|en)|rose|gr[oe]w|improv|higher|up\b|expand|better|gain|rais|strengthen)"
_FALLS = r"(?:decreas|declin|fall|fell|drop|shr[aiu]nk|lower|down\b|contract(?!s\b|ual|or)|worse|reduc|cut\b|weak)"
_UP = re.compile(rf"\b{_RISES}\w*", re.IGNORECASE)
_DOWN = re.compile(rf"\b{_FALLS}\w*", re.IGNORECASE)
ALTERNATIVE = re.compile(
    rf"\b(?:more or less|less or more|{_RISES}\w* or {_FALLS}|{_FALLS}\w* or {_RISES})", re.IGNORECASE
)
"""Both directions as alternatives: a question with them leaves the direction open."""


def find_direction(text: str) -> Direction | None:
    """Return the direction of a move that a text names; None without one, or with both."""
    up, down = _UP.search(text) is not None, _DOWN.search(text) is not None
    if up == down:
        return None
    return Direction.UP if up else Direction.DOWN

"""Finds the parts of a document that amend an agreement: at its front, or after the agreement."""

import re
from typing import Final

_TITLE: Final = re.compile(
    r"\n(?!FORM|Form)(?:[A-Z][\w.-]{1,20} ){0,6}(?:AMENDMENT|Amendment)\b[^\n]{0,90}(?=\n)"
    r"|\n(?:THIS|This) [^\n]{0,100}(?:AMENDMENT|Amendment)\b[^\n]{0,200}"
)
_OWN: Final = re.compile(r"\(this \"(?:[\w. ]{0,40} )?(?:Amendment|Agreement|Waiver|Consent)", re.I)
_AMENDS: Final = re.compile(r"amendment|waiver|extension|consent|supplement|joinder|refinancing", re.I)
_END: Final = re.compile(r"\n(?:IN WITNESS WHEREOF|\[?Signature pages? follow)")
_LONGEST: Final = 60_000
_REACH: Final = 900


def amending_parts(text: str) -> tuple[tuple[int, int], ...]:
    """Return the bounds of the parts that amend an agreement, in order. An amendment names itself in its opening."""
    parts: list[tuple[int, int]] = []
    opening = _OWN.search(text, 0, 6_000)
    if opening and _AMENDS.search(text[max(0, opening.start() - 250) : opening.end()]):
        parts.append((0, _end(text, opening.end())))
    for found in _TITLE.finditer(text):
        if parts and found.start() < parts[-1][1]:
            continue
        if _OWN.search(text, found.start(), found.end() + _REACH):
            parts.append((found.start(), _end(text, found.end())))
    return tuple(parts)


def _end(text: str, start: int) -> int:
    found = _END.search(text, start)
    return min(found.start() if found else len(text), start + _LONGEST, len(text))

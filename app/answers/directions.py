"""The direction of a move that a text names: up or down."""

import re
from enum import StrEnum

from app.retrieval.index.lexicon import tokenise


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


_SUBJECT = re.compile(
    rf"^\W*(?:did|has|have|is|are|was|were|does|do)\s+(?P<subject>[^?]{{2,120}}?)\s+(?:been\s+)?(?:{_RISES}|{_FALLS})",
    re.IGNORECASE,
)
_PHRASE_END = re.compile(r"\s(?:in|of|for|from|at|to|by|on|during|under|with|across)\s.*$", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[;:]|,\s|\b(?:while|whereas|but|although|though|despite|offset by|driven by|due to|because)\b", re.IGNORECASE
)


def find_direction_of_subject(text: str, question: str) -> Direction | None:
    """Return the direction of a text with both, in its clauses that have the subject of a question ("did volume in
    Europe grow?": of volume). None if these don't agree, or no clause has it.
    """
    found = _SUBJECT.match(question)
    subject = "" if found is None else _PHRASE_END.sub("", found["subject"])
    head = tokenise(subject.split()[-1]) if subject.split() else []
    clauses = [clause for clause in _CLAUSE_END.split(text) if head and head[0] in tokenise(clause)]
    directions = {find_direction(clause) for clause in clauses}
    return directions.pop() if len(directions) == 1 else None


def has_both_directions(text: str) -> bool:
    """Return whether a text names moves up and down."""
    return _UP.search(text) is not None and _DOWN.search(text) is not None

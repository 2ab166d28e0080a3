"""Answer yes or no, with the sentence that shows it.

The sentence must be about what the question asks. Whether it affirms follows from its negations, from a limit that it
states beside an amount of the question, and from the direction of a move.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from app.answers.claims import ClaimPart, DraftClaim
from app.answers.directions import find_direction, find_direction_of_subject, has_both_directions
from app.answers.writing.choosing import choose, is_enough
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.permissions import asks_existence, asks_permission, write_existence, write_permission
from app.answers.writing.said import Said
from app.retrieval.index.lexicon import tokenise

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|neither|nor|cannot|without|nothing|n['’]t)\b|\b(?:does|do|did|has|have|is|are|was"
    r"|were|will|would|can|could)n['’]t\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\bno (?:less|later|more|fewer|earlier) than\b|\bnot (?:more|less|fewer|later|earlier|only|exceed\w*|to exceed)\b"
    r"|\bno assurance\b|\bnot limited to\b|\bwhether or not\b|\bnot yet\b(?= known)|\bnot (?:to be )?(?:material"
    r"|significant)\b",
    re.IGNORECASE,
)
_LIFTED = re.compile(
    r"\b(?:alleviat\w+|eliminat\w+|no longer|ceased|suspended|discontinued|terminated|dismissed|resolved)\b",
    re.IGNORECASE,
)
_ASKS_LIMIT = re.compile(
    r"\b(?:allow|permit|may|can|could|exceed|limit|maximum|minimum|at least|at most|more than|less than|above"
    r"|below|over|under|compl(?:y|iance)|breach|within)\w*\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?P<sign>[$€£])? ?(?P<value>\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?)(?: ?(?P<scale>million|billion|thousand|m\b|bn\b))?"
    r"(?P<unit> ?%| ?(?:x|times)\b| to 1(?:\.0+)?\b)?",
    re.IGNORECASE,
)
_CEILING = re.compile(
    r"\b(?:not (?:to )?(?:exceed|more than|be (?:more|greater|higher) than|permit[^.]{0,40} to exceed)"
    r"|no (?:more|greater|higher) than|at most|maximum|up to|"
    r"less than or equal to|may not exceed|not exceed\w*|limited to|cap(?:ped)? (?:at|of)|below|less than"
    r"|not (?:to )?be greater than)\b",
    re.IGNORECASE,
)
_FLOOR = re.compile(
    r"\b(?:at least|not (?:be )?(?:less|lower) than|no (?:less|lower) than|minimum|greater than or equal to"
    r"|above|in excess of|more than|exceed\w*)\b",
    re.IGNORECASE,
)
_TO_AMOUNT = r"(?: (?:a|an|the|ratio|level|amount|of)){0,4} ?[$€£]? ?\d"
_AT_MOST = re.compile(
    rf"\b(?:at most|no(?:t be)? (?:more|greater|higher) than|not (?:to )?exceed){_TO_AMOUNT}", re.IGNORECASE
)
_AT_LEAST = re.compile(rf"\b(?:at least|no(?:t be)? (?:less|lower|fewer) than){_TO_AMOUNT}", re.IGNORECASE)
_ABOVE = re.compile(
    rf"\b(?:exceed(?:s|ed|ing)?|(?:more|greater|higher) than|above|in excess of|over){_TO_AMOUNT}", re.IGNORECASE
)
_BELOW = re.compile(rf"\b(?:(?:less|lower|fewer) than|below|under){_TO_AMOUNT}", re.IGNORECASE)
_ASKS_PERMISSION = re.compile(
    r"\b(?:may|can|could|would|allow\w*|permi(?:t|ss)\w*|compl(?:y|ies|iance)|within)\b", re.IGNORECASE
)
_ASKS_BREACH = re.compile(r"\b(?:breach|violat|default|break)\w*", re.IGNORECASE)
_ASKS_BOUND = re.compile(
    r"\b(?:max\w*|min\w*|limit\w*|cap(?:ped)?|ceiling|floor|covenant\w*|must|requir\w*|ha(?:s|ve) to|needs? to)\b",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "million": 6, "m": 6, "billion": 9, "bn": 9}
_SIGNS = {
    "positive": re.compile(r"\b(?:positive|surplus|in excess of)\b", re.IGNORECASE),
    "negative": re.compile(r"\b(?:negative|deficit|deficiency|shortfall)\b", re.IGNORECASE),
}
VERDICT = "verdict"


def write_verdict(reading: Reading) -> Written | None:
    """Return "Yes" or "No" with the sentence that shows it; None without a basis."""
    limit = _by_limit(reading)
    if limit is not None:
        return limit
    if asks_permission(reading):
        return write_permission(reading)
    if asks_existence(reading):
        return write_existence(reading)
    chosen = choose(reading, VERDICT)
    if not is_enough(reading, VERDICT, chosen):
        return None
    best = chosen[0]
    is_yes = _affirms(reading, best.fit.said)
    if is_yes is None:
        return None
    claim = _said(reading, best.fit.said, is_yes=is_yes)
    return written(VERDICT, best.certainty, [claim], {**best.features, "yes": float(is_yes)})


def _said(reading: Reading, said: Said, *, is_yes: bool) -> DraftClaim:
    text = f"{'Yes' if is_yes else 'No'}: {said.text}"
    return reading.texts.claim(said, ClaimPart.ANSWER, text)


def _affirms(reading: Reading, said: Said) -> bool | None:
    """Return whether a sentence affirms the question: it negates as often, and moves the same way. None if it
    moves both ways, and doesn't say which of them is the question's.
    """
    question = reading.understanding.core
    asked, stated = reading.asked.direction, find_direction(said.text)
    if asked is not None and has_both_directions(said.text):
        stated = find_direction_of_subject(said.text, question)
        if stated is None:
            return None
    signs = {sign for sign, pattern in _SIGNS.items() if pattern.search(said.text)}
    asked_sign = next((sign for sign, pattern in _SIGNS.items() if pattern.search(question)), None)
    if asked_sign is not None and len(signs) == 1:
        return asked_sign in signs
    is_negative = _is_negative(said.text, question) != _is_negative(question, question)
    if asked is not None and stated is not None and asked is not stated:
        is_negative = not is_negative
    return not is_negative


def _is_negative(text: str, question: str) -> bool:
    """Return whether a text negates. A word such as "ceased" negates, unless the question asks about just that."""
    plain = _NO_NEGATION.sub(" ", text)
    asked = frozenset(tokenise(question))
    lifted = any(asked.isdisjoint(tokenise(word)) for word in _LIFTED.findall(plain))
    return (_NEGATION.search(plain) is not None) != lifted


def _by_limit(reading: Reading) -> Written | None:
    """Compare an amount of the question with a limit that a sentence states in the same unit."""
    question = reading.understanding.core
    if not _ASKS_LIMIT.search(question):
        return None
    asked = [amount for amount in _amounts(question) if not _is_year(amount)]
    if len(asked) != 1:
        return None
    for fit in reading.ranked[:_MOST_LIMITS]:
        if fit.coverage < _LEAST_LIMIT_COVERAGE:
            continue
        ceiling, floor = _limit(fit.said.text, _CEILING), _limit(fit.said.text, _FLOOR)
        for bound, is_ceiling in ((ceiling, True), (floor, False)):
            if bound is None or bound[1] != asked[0][1]:
                continue
            is_yes = _meets(question, asked[0][0], bound[0], is_ceiling=is_ceiling)
            if is_yes is None:
                continue
            features = {"coverage": fit.coverage, "rank": float(fit.said.passage.rank), "limit": 1.0}
            return written("limit", fit.score, [_said(reading, fit.said, is_yes=is_yes)], features)
    return None


def _meets(question: str, asked: Decimal, bound: Decimal, *, is_ceiling: bool) -> bool | None:
    """Return whether an amount meets a limit, as the question asks: whether it is allowed ("may it exceed 4x?"), or
    what the limit is ("is the maximum below 4x?"). None if the question asks neither: a limit is no actual figure.
    """
    if _AT_MOST.search(question):
        return bound <= asked
    if _AT_LEAST.search(question):
        return bound >= asked
    is_above, is_below = _ABOVE.search(question) is not None, _BELOW.search(question) is not None
    is_breach = _ASKS_BREACH.search(question) is not None
    if is_breach or _ASKS_PERMISSION.search(question):
        if is_above or is_below:
            is_allowed = is_above is not is_ceiling or (asked < bound if is_ceiling else asked > bound)
        else:
            is_allowed = asked <= bound if is_ceiling else asked >= bound
        return is_allowed is not is_breach
    if not _ASKS_BOUND.search(question):
        return None
    if is_above or is_below:
        return bound > asked if is_above else bound < asked
    return bound == asked


_MOST_LIMITS = 12
_LEAST_LIMIT_COVERAGE = 0.45


def _limit(text: str, pattern: re.Pattern[str]) -> tuple[Decimal, str] | None:
    """Return the first amount that stands close after words of a limit."""
    found = pattern.search(text)
    if found is None:
        return None
    return next(iter(_amounts(text[found.end() : found.end() + 60])), None)


def _amounts(text: str) -> Iterator[tuple[Decimal, str]]:
    """Yield amounts with their units: "%", "x" for ratios, a currency sign, or nothing."""
    for match in _AMOUNT.finditer(text):
        value = Decimal(match["value"].replace(",", "")).scaleb(_SCALES.get((match["scale"] or "").lower(), 0))
        unit = (match["unit"] or "").strip().lower()
        kind = "%" if unit == "%" else "x" if unit else match["sign"] or ("$" if match["scale"] else "")
        yield value, kind


def _is_year(amount: tuple[Decimal, str]) -> bool:
    return amount[1] == "" and amount[0] == amount[0].to_integral_value() and 1900 <= amount[0] <= 2100

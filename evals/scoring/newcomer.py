"""Grades an answer by what its reader sees first.

Figures are compared by value within rounding, never by their texts. A currency that contradicts the expected one makes
another figure. This module shares no code with `app`, because it measures its results.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evals.datasets.newcomer.questions import ExpectedFigure, NewcomerCase
from evals.scoring.declining import says_absent
from evals.scoring.figures import Figure, FigureKind, figures_of_claim, find_figures, stated_scale
from evals.scoring.stated_figures import readings
from evals.scoring.wording import content_words, share_in

MOST_FIGURES = 3
"""A claim with more figures of a kind is a table or a list: a reader takes no single figure from it."""
COARSEST = Decimal("0.005")
"""The largest difference by rounding that is accepted, as a share of the expected figure."""
HALF = 0.5

_VERDICT = re.compile(r"^\W*(yes|no)\b(?!\s+\w+ (?:is|are|was|were|has|have)\b)", re.IGNORECASE)
_CURRENCIES = {"USD": r"\$|\bUSD\b|dollar", "EUR": r"€|\bEUR\b|\beuros?\b", "GBP": r"£|\bGBP\b|sterling"}
_NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")
_SCALES = (0, 3, 6, 9)


class Seen(StrEnum):
    """What a reader of the answer gets. `ANSWERED`: the documents have no answer, and one was given."""

    RIGHT_FIRST = "right_first"
    RIGHT_BELOW = "right_below"
    WRONG = "wrong"
    USELESS = "useless"
    DECLINED = "declined"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Graded:
    """What a reader gets, and a sentence that explains it."""

    seen: Seen
    reason: str


def grade_newcomer(case: NewcomerCase, claims: Sequence[str], leading: int | None = None) -> Graded:
    """Grade an answer's claims, in their order, without the related passages.

    The first `leading` of them answer the question, those after them support the answer.
    """
    if case.is_declined:
        return _grade_absent(claims)
    if not claims:
        return Graded(Seen.DECLINED, "declined although the documents have the answer")
    first = "\n".join(claims[:leading]) if case.is_list else claims[0]
    verdict, unwanted = _verdict(first), _unwanted(case, first)
    if case.says and verdict not in (None, case.says):
        return Graded(Seen.WRONG, f"says {verdict}")
    leads = _begins_list(case, claims) if case.is_list else case.says in (None, verdict)
    if unwanted is None and leads and _states(case, first):
        return Graded(Seen.RIGHT_FIRST, "the first claim answers")
    if _states(case, "\n".join(claims)):
        return Graded(Seen.RIGHT_BELOW, f"says {unwanted!r} first" if unwanted else "the first claim does not answer")
    return _grade_other(case, first, unwanted)


def names_issuers(case: NewcomerCase, said: str) -> bool:
    """Return whether a claim, with what is shown beside it, names each issuer by at least half of its name."""
    return all(share_in(content_words(issuer), [said]) >= HALF for issuer in case.issuers)


def _grade_other(case: NewcomerCase, first: str, unwanted: str | None) -> Graded:
    """Grade an answer that does not state what is expected."""
    if unwanted is not None:
        return Graded(Seen.WRONG, f"says {unwanted!r}")
    others = _others(case, first)
    if 0 < len(others) <= MOST_FIGURES:
        return Graded(Seen.WRONG, f"states {others[0].value.normalize():,f} instead")
    return Graded(Seen.USELESS, "does not state the answer")


def _grade_absent(claims: Sequence[str]) -> Graded:
    if not claims:
        return Graded(Seen.RIGHT_FIRST, "declined: the documents have no answer")
    if says_absent(claims[0]):
        return Graded(Seen.RIGHT_FIRST, "its first words say that the documents have no answer")
    return Graded(Seen.ANSWERED, "answered although the documents have no answer")


def _states(case: NewcomerCase, text: str) -> bool:
    found = sum(_place_of_any(spellings, text) is not None for spellings in case.words)
    enough = found >= (len(case.words) if case.least is None else case.least)
    return enough and all(_place_of(figure, text) is not None for figure in case.figures)


def _begins_list(case: NewcomerCase, claims: Sequence[str]) -> bool:
    """Return whether the list comes first: its first claim names an item, or introduces the list."""
    return claims[0].rstrip().endswith(":") or bool(_places(case, claims[0]))


def _places(case: NewcomerCase, text: str) -> list[int]:
    """Return where the text states expected words and figures."""
    places = [_place_of_any(spellings, text) for spellings in case.words]
    places += [_place_of(figure, text) for figure in case.figures]
    return [place for place in places if place is not None]


def _unwanted(case: NewcomerCase, text: str) -> str | None:
    """Return a likely wrong answer that the text states before everything that is expected."""
    begin = min(_places(case, text), default=len(text))
    return next((part for part in case.must_not if _whole(part).search(text, 0, begin)), None)


def _place_of_any(spellings: Sequence[str], text: str) -> int | None:
    """Return where the first of the spellings begins. A word may go on ("dismiss" is in "dismissed")."""
    matches = (re.search(rf"(?<![\w.,]){re.escape(part)}(?!\d)", text, re.IGNORECASE) for part in spellings)
    return min((match.start() for match in matches if match), default=None)


def _place_of(expected: ExpectedFigure, text: str) -> int | None:
    """Return where the text states the figure, or one of its alternatives."""
    for line in text.split("\n"):
        for figure in (*figures_of_claim(line), *find_figures(line)):
            for value in _values(figure, line):
                if _is_same(expected, figure, value) and _fits_unit(expected.unit, figure, line):
                    return text.index(line) + _place_of_number(abs(figure.value), line)
    places = (_place_of(other, text) for other in expected.alternatives)
    return next((place for place in places if place is not None), None)


def _values(figure: Figure, text: str) -> set[Decimal]:
    """Return what the figure may amount to: without a scale of its own, that of the text may apply."""
    near = _place_of_number(abs(figure.value), text, scales=(0,))
    return {figure.value} if near < 0 else {figure.value, figure.value.scaleb(stated_scale(text))}


def _is_same(expected: ExpectedFigure, figure: Figure, value: Decimal) -> bool:
    amount = expected.value.scaleb(expected.scale)
    exponent = expected.value.as_tuple().exponent
    step = Decimal(1).scaleb(expected.scale + (exponent if isinstance(exponent, int) else 0))
    coarse = min(figure.step, abs(amount) * COARSEST * 2)
    return abs(abs(value) - amount) <= max(step, coarse) / 2


def _fits_unit(unit: str, figure: Figure, text: str) -> bool:
    if unit == "%" or figure.kind is FigureKind.PERCENT:
        return unit == "%" and figure.kind is FigureKind.PERCENT
    if unit not in _CURRENCIES:
        return figure.kind is FigureKind.PLAIN
    named = [name for name, pattern in _CURRENCIES.items() if re.search(pattern, text, re.IGNORECASE)]
    return not named or unit in named


def _place_of_number(value: Decimal, text: str, scales: Sequence[int] = _SCALES) -> int:
    """Return where the number is printed, in any scale, or -1."""
    for match in _NUMBER.finditer(text):
        if {reading.scaleb(scale) for reading in readings(match.group()) for scale in scales} & {value}:
            return match.start()
    return -1


def _others(case: NewcomerCase, text: str) -> list[Figure]:
    """Return the figures of a claim that a reader may take for the expected one."""
    if not case.figures:
        return []
    percent = case.figures[0].unit == "%"
    return [figure for figure in figures_of_claim(text) if (figure.kind is FigureKind.PERCENT) == percent]


def _verdict(claim: str) -> str | None:
    match = _VERDICT.match(claim)
    return match.group(1).lower() if match else None


def _whole(part: str) -> re.Pattern[str]:
    """Match a text that is not a part of a longer word or number."""
    before = r"(?<![\w.,])" if part[0].isalnum() else ""
    return re.compile(rf"{before}{re.escape(part)}(?!\w)(?![.,]\d)", re.IGNORECASE)

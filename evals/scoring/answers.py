"""Grades an answer as right, wrong or declined, by checks without a judging model.

Answers that the checks cannot decide are unscored.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evals.scoring.equations import is_rescaled, proved_numbers
from evals.scoring.figures import (
    Figure,
    FigureKind,
    asked_scale,
    figures_of_claim,
    find_figures,
    is_same,
    of_periods,
    years_in,
)

MOST_FIGURES = 3
"""A sentence with more figures than this is a list. It cannot be a right answer to a question for one figure."""
SHORT_WORDS = 5

_WORD = re.compile(r"[a-z0-9]+")
_POLARITY = re.compile(r"^\W*(yes|no)\b", re.IGNORECASE)
_ONLY_FIGURE = re.compile(
    r"[\s(\-−–]*(?:US)?[$€£¥]?\s?[(\-−]?[\d,.]+\s?%?\)?\.?(?:\s?(?:million|billion|thousand|x|times))?\s*",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "it", "none", "of", "on", "or", "that"}
    | {"the", "there", "to", "was", "were", "with"}
)
_TOKEN = re.compile(r"(?<![A-Za-z\d])\d[\d,]*(?:\.\d+)?")  # "Q3" and "FY2019" are names


class Grade(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    DECLINED = "declined"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """A grade, and a sentence that explains it."""

    grade: Grade
    reason: str


def grade_answer(question: str, truth: str, claims: Sequence[str]) -> GradedAnswer:
    """Grade an answer's sentences against the truth. An answer without sentences is declined."""
    if not claims:
        return GradedAnswer(Grade.DECLINED, "declined")
    if _ONLY_FIGURE.fullmatch(truth):
        return _grade_figure(question, truth, claims)
    return _grade_polarity(truth, claims[0]) or _grade_figures(truth, claims) or _grade_words(truth, claims[0])


def count_unsupported(question: str, claims: Sequence[tuple[str, Sequence[str]]]) -> tuple[int, int]:
    """Return how many numbers an answer's sentences have, and how many of these are unsupported. `claims` are the
    sentences with their quotes.

    A number is supported if it occurs in the sentence's quotes, digit for digit or in another scale, or if an equation
    of the answer proves it, or a part of the equation does, from quoted numbers. Years are also supported by the
    question.
    """
    asked = frozenset(_tokens(question))
    printed = {number for claim, _ in claims for number in _tokens(claim)}
    proved: set[str] = set()
    for claim, quotes in claims:
        proved |= proved_numbers(claim, {token for quote in quotes for token in _tokens(quote)}, asked, printed)
    said = unsupported = 0
    for claim, quotes in claims:
        quoted = {token for quote in quotes for token in _tokens(quote)}
        numbers = _tokens(claim)
        is_computed = any(number in proved for number in numbers)
        supported = quoted | proved | (asked if is_computed else frozenset())
        said += len(numbers)
        unsupported += sum(number not in supported and not is_rescaled(number, quoted) for number in numbers)
    return said, unsupported


def _grade_figure(question: str, truth: str, claims: Sequence[str]) -> GradedAnswer:
    """Grade by the first sentence that states a figure for the requested periods."""
    wanted = find_figures(truth, scale=asked_scale(question))
    if not wanted:
        return GradedAnswer(Grade.UNDECIDED, "the truth can't be read as a figure")
    years = years_in(question)
    for claim in claims:
        stated = of_periods(figures_of_claim(claim), years)
        if not stated:
            continue
        if len(stated) <= MOST_FIGURES and any(is_same(wanted[0], figure) for figure in stated):
            return GradedAnswer(Grade.RIGHT, f"states {truth.strip()}")
        return GradedAnswer(Grade.WRONG, f"states {_described(stated[0])} where the truth is {truth.strip()}")
    return GradedAnswer(Grade.WRONG, f"states no figure where the truth is {truth.strip()}")


def _grade_polarity(truth: str, claim: str) -> GradedAnswer | None:
    """Grade a yes or no. Contradiction is wrong. Agreement is right, unless the truth also states a figure."""
    wanted, said = _polarity(truth), _polarity(claim)
    if not wanted or not said:
        return None
    if wanted != said:
        return GradedAnswer(Grade.WRONG, f"says {said} where the truth is {wanted}")
    return None if find_figures(truth) else GradedAnswer(Grade.RIGHT, f"says {said}, as the truth does")


def _grade_figures(truth: str, claims: Sequence[str]) -> GradedAnswer | None:
    figures = find_figures(truth)
    if not figures:
        return None
    missing = [figure for figure in figures if not _is_stated(figure, claims)]
    if not missing:
        return GradedAnswer(Grade.RIGHT, "every figure of the truth is stated")
    return GradedAnswer(Grade.UNDECIDED, f"{len(missing)} of {len(figures)} figures of the truth are not stated")


def _grade_words(truth: str, claim: str) -> GradedAnswer:
    words = _content_words(truth)
    if not _polarity(truth) and 0 < len(words) <= SHORT_WORDS and words <= _content_words(claim):
        return GradedAnswer(Grade.RIGHT, "the first sentence contains every word of the truth")
    return GradedAnswer(Grade.UNDECIDED, "free text that no check decides")


def _is_stated(figure: Figure, claims: Sequence[str]) -> bool:
    return any(is_same(figure, said) for claim in claims for said in figures_of_claim(claim))


def _described(figure: Figure) -> str:
    sign = "%" if figure.kind is FigureKind.PERCENT else ""
    return f"{figure.value.normalize():,f}{sign}"


def _polarity(text: str) -> str | None:
    match = _POLARITY.match(text)
    return match.group(1).lower() if match else None


def _content_words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _SMALL_WORDS


def _tokens(text: str) -> list[str]:
    return [token.replace(",", "").rstrip(".") for token in _TOKEN.findall(text)]

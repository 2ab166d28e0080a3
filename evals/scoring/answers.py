"""Grades an answer as right, wrong or declined, by checks without a judging model.

Answers that the checks cannot decide are unscored.
"""

import re
from collections.abc import Sequence

from evals.scoring.deciding import CHECKS, Grade, GradedAnswer, grade_figure
from evals.scoring.equations import is_rescaled, proved_numbers
from evals.scoring.truths import read_truth

__all__ = ["Grade", "GradedAnswer", "count_unsupported", "grade_answer"]

_ONLY_FIGURE = re.compile(
    r"[\s(\-−–]*(?:US)?[$€£¥]?\s?[(\-−]?[\d,.]+\s?%?\)?\.?(?:\s?(?:million|billion|thousand|x|times|to 1\.0+))?\s*",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![A-Za-z\d])\d[\d,]*(?:\.\d+)?")  # "Q3" and "FY2019" are names


def grade_answer(question: str, truth: str, claims: Sequence[str]) -> GradedAnswer:
    """Grade an answer's sentences against the truth. An answer without sentences is declined."""
    if not claims:
        return GradedAnswer(Grade.DECLINED, "declined")
    if _ONLY_FIGURE.fullmatch(truth):
        return grade_figure(question, truth, claims)
    read = read_truth(question, truth)
    for check in CHECKS:
        graded = check(question, read, claims)
        if graded is not None:
            return graded
    return GradedAnswer(Grade.UNDECIDED, "free text that no check decides")


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


def _tokens(text: str) -> list[str]:
    return [token.replace(",", "").rstrip(".") for token in _TOKEN.findall(text)]

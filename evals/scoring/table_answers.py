"""Grades answers to questions about one document whose truth is a figure with a scale or a percentage."""

import re
from collections.abc import Sequence
from decimal import Decimal

from evals.datasets.tatqa_questions import TableQuestion
from evals.scoring.deciding import MOST_FIGURES, Grade, GradedAnswer
from evals.scoring.figures import Figure, FigureKind, figures_of_claim, of_periods, years_in

_SECOND_YEAR = re.compile(r"(?:19|20)\d\d/(\d\d)(?!\d)")
"""A fiscal year over two calendar years: "2017/18"."""

_TOLERANCE = Decimal("0.6")
"""Of a rounding unit: published answers are rounded in different ways."""


def grade_table_answer(case: TableQuestion, claims: Sequence[str]) -> GradedAnswer:
    """Grade an answer by its first sentence with a figure of the requested periods. Without any, it is declined."""
    if not claims:
        return GradedAnswer(Grade.DECLINED, "declined")
    years = years_in(case.question).union(_SECOND_YEAR.findall(case.question))
    for claim in claims:
        stated = of_periods(figures_of_claim(claim), years)
        if not stated:
            continue
        if len(stated) <= MOST_FIGURES and any(_is_same(case, figure) for figure in stated):
            return GradedAnswer(Grade.RIGHT, f"states {case.truth}")
        return GradedAnswer(Grade.WRONG, f"{claim!r} where the truth is {case.truth}")
    return GradedAnswer(Grade.WRONG, f"states no figure where the truth is {case.truth}")


def _is_same(case: TableQuestion, figure: Figure) -> bool:
    if case.is_percent != (figure.kind is FigureKind.PERCENT):
        return False
    truth, step = case.value.scaleb(case.scale), case.step.scaleb(case.scale)
    stated, wanted = (abs(figure.value), abs(truth)) if case.is_quoted else (figure.value, truth)
    return abs(stated - wanted) <= step * _TOLERANCE

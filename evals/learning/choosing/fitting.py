"""Fits the weights of choices: a softmax over a question's candidates and "none of them" (ListNet, Cao et al. 2007)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from evals.learning.choosing.lessons import Lesson
from evals.learning.choosing.questions import NEWCOMER

Floats = NDArray[np.float64]

PENALTY = 4.0
FOLDS = 10
OTHER_SETS = 0.3
"""What a question of another set than the newcomers' counts: those sets have many, of few kinds."""
OTHER_SETS_LEAST = 0.1
BELIEFS: Mapping[str, float] = {
    "older": -0.7, "other_year": -0.7, "other_report": -0.7, "asked_year": 0.5, "asked_report": 0.3, "heading": -1.0,
    "leads": -1.0, "not_expected": -1.0, "expected": 0.3, "states": 3.0, "states_against": -0.5, "supposes": -0.5,
    "terms": 0.5, "other_way": -0.5, "defines": 1.5, "may_define": 0.5,
    "outside": -0.1, "coverage": 1.0, "fit": 1.0,
}  # fmt: skip
"""Weights before any lesson: signs that few of the lessons have keep about these."""
COSTS: Mapping[str, tuple[float, float]] = {
    "fact": (0.5, 0.3),
    "figure": (1.2, 0.4),
    "verdict": (1.2, 0.3),
    "reason": (0.6, 0.3),
    "definition": (0.6, 0.3),
    "list": (0.8, 0.4),
}
"""By writer: what a wrong answer costs, where a wrong decline costs 1, and the certainty to decline below without
lessons.
"""
_PULL = 8.0
_LEVELS = [level / 100 for level in range(6, 92, 2)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is chosen for a question: with which certainty, and whether it is right."""

    lesson: Lesson
    certainty: float
    is_right: bool


def names_of(lessons: Sequence[Lesson], *, is_read: bool) -> list[str]:
    """Return the names of the features; without a reader, those of its scores are left out."""
    names = {name for lesson in lessons for features in lesson.features for name in features}
    return ["bias", *sorted(name for name in names - {"bias"} if is_read or not name.startswith("read"))]


def fit(lessons: Sequence[Lesson], names: Sequence[str]) -> Floats:
    """Return the weights, in the order of `names`. The bias is not penalised."""
    beliefs = np.array([BELIEFS.get(name, 0.0) for name in names])
    data = [(_rows(lesson, names), np.array(lesson.right, dtype=bool), _weight(lesson)) for lesson in lessons]
    free = np.array([name == "bias" for name in names])

    def loss(weights: Floats) -> tuple[float, Floats]:
        far = np.where(free, 0.0, weights - beliefs)
        total, slope = PENALTY / 2 * float(far @ far), PENALTY * far
        for rows, right, counts in data:
            odds = np.exp(np.concatenate([[0.0], rows @ weights]).clip(-30, 30))
            wanted = np.concatenate([[not right.any()], right])
            shares, own = odds / odds.sum(), np.where(wanted, odds, 0.0)
            total -= counts * math.log(own.sum() / odds.sum())
            slope = slope + counts * (rows.T @ (shares - own / own.sum())[1:])
        return total, slope

    found: Floats = minimize(loss, beliefs, jac=True, method="L-BFGS-B").x
    return found


def choose(lessons: Sequence[Lesson], names: Sequence[str], weights: Floats) -> list[Outcome]:
    """Return what the weights choose for each lesson."""
    outcomes = []
    for lesson in lessons:
        odds = np.exp((_rows(lesson, names) @ weights).clip(-30, 30))
        whole, best = 1.0 + odds.sum(), int(odds.argmax())
        certainty = math.sqrt(odds[best] / whole * odds.sum() / whole)
        outcomes.append(Outcome(lesson, certainty, lesson.right[best]))
    return outcomes


def choose_left_out(lessons: Sequence[Lesson], names: Sequence[str]) -> list[Outcome]:
    """Return what is chosen for each lesson by weights learnt without its company or document."""
    groups = sorted({lesson.left_out for lesson in lessons})
    folds = {group: number % FOLDS for number, group in enumerate(groups)}
    outcomes = []
    for fold in range(FOLDS):
        own = [lesson for lesson in lessons if folds[lesson.left_out] == fold]
        others = [lesson for lesson in lessons if folds[lesson.left_out] != fold]
        if own:
            outcomes += choose(own, names, fit(others, names))
    return outcomes


def find_least(outcomes: Sequence[Outcome], writer: str) -> float:
    """Return the certainty below which a writer declines: wrong answers and wrong declines cost least there. With few
    lessons, it stays near what it is without any.
    """
    cost, usual = COSTS[writer]
    own = [outcome for outcome in outcomes if outcome.lesson.writer == writer]

    def cost_of(level: float) -> float:
        paid = _PULL * abs(level - usual)
        for outcome in own:
            counts = 1.0 if outcome.lesson.source == NEWCOMER else OTHER_SETS_LEAST
            is_answered = outcome.certainty >= level
            paid += counts * (cost if is_answered and not outcome.is_right else 0.0)
            paid += counts * (not is_answered and outcome.is_right)
        return paid

    return min(_LEVELS, key=cost_of)


def _rows(lesson: Lesson, names: Sequence[str]) -> Floats:
    return np.array([[features.get(name, 0.0) for name in names] for features in lesson.features])


def _weight(lesson: Lesson) -> float:
    return 1.0 if lesson.source == NEWCOMER else OTHER_SETS

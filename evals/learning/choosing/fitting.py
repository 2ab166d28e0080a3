"""Fits the weights of choices: a softmax over a question's candidates and "none of them" (ListNet, Cao et al. 2007)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from evals.learning.choosing.lessons import Lesson, Worth
from evals.learning.choosing.questions import NEWCOMER

Floats = NDArray[np.float64]

WRITERS = ("fact", "figure", "verdict", "reason", "definition", "list")
PENALTY = 4.0
FOLDS = 10
OTHER_SETS = 0.3
"""What a question of another set than the newcomers' counts: those sets have many, of few kinds."""
OTHER_SETS_LEAST = 0.03
BELIEFS: Mapping[str, float] = {
    "older": -1.0, "other_year": -0.7, "other_report": -0.7, "asked_year": 0.5, "asked_report": 0.3, "part": -0.7,
    "heading": -1.0, "leads": -1.0, "not_expected": -1.0, "expected": 0.3, "states": 3.0, "states_against": -0.5,
    "supposes": -0.5, "terms": 0.5, "other_way": -0.5, "defines": 1.5, "may_define": 0.5,
    "outside": -0.1, "qualified": -1.5, "affirms": -2.0, "before_end": -1.5, "further_cause": -0.6,
    "later_twin": -1.0, "coverage": 1.0, "fit": 1.0,
}  # fmt: skip
"""Weights before any lesson: signs that few of the lessons have keep about these."""
_PULL = 25.0
"""What a writer's point pays for its distance from the point of all writers together."""
_LEVELS = [level / 100 for level in range(6, 92, 2)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is chosen for a question: with which certainty, and what it is worth."""

    lesson: Lesson
    certainty: float
    worth: Worth

    @property
    def is_right(self) -> bool:
        return self.worth is Worth.RIGHT


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
        outcomes.append(Outcome(lesson, certainty, lesson.worths[best]))
    return outcomes


def choose_left_out(lessons: Sequence[Lesson], names: Sequence[str]) -> list[Outcome]:
    """Return what is chosen for each lesson by weights learnt without its company or document."""
    folds = folds_of(lessons)
    outcomes = []
    for fold in range(FOLDS):
        own = [lesson for lesson in lessons if folds[lesson.left_out] == fold]
        others = [lesson for lesson in lessons if folds[lesson.left_out] != fold]
        if own:
            outcomes += choose(own, names, fit(others, names))
    return outcomes


def folds_of(lessons: Sequence[Lesson]) -> dict[str, int]:
    """Return the fold of each company or document."""
    return {group: number % FOLDS for number, group in enumerate(sorted({lesson.left_out for lesson in lessons}))}


def find_least(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return for each writer the certainty below which it declines: its answers are worth most above it. With few
    lessons, it stays near the certainty above which the answers of all writers are worth most.
    """
    usual = _best(lambda level: _worth(outcomes, level))

    def find(own: Sequence[Outcome]) -> float:
        return _best(lambda level: _worth(own, level) - _PULL * abs(level - usual))

    return {writer: find([each for each in outcomes if each.lesson.writer == writer]) for writer in WRITERS}


def answers_left_out(outcomes: Sequence[Outcome]) -> list[bool]:
    """Return which of the outcomes are answers by points that are found without their companies and documents."""
    folds = folds_of([outcome.lesson for outcome in outcomes])
    least = [find_least([each for each in outcomes if folds[each.lesson.left_out] != fold]) for fold in range(FOLDS)]
    return [each.certainty >= least[folds[each.lesson.left_out]][each.lesson.writer] for each in outcomes]


def _best(worth: Callable[[float], float]) -> float:
    """Return the level that is worth most; of several, the middle one."""
    most = max(map(worth, _LEVELS))
    best = [level for level in _LEVELS if worth(level) == most]
    return best[len(best) // 2]


def _worth(outcomes: Sequence[Outcome], level: float) -> float:
    """Return what the outcomes are worth if those below a certainty decline."""
    answered = (each for each in outcomes if each.certainty >= level)
    return sum(each.worth.value * (1.0 if each.lesson.source == NEWCOMER else OTHER_SETS_LEAST) for each in answered)


def _rows(lesson: Lesson, names: Sequence[str]) -> Floats:
    return np.array([[features.get(name, 0.0) for name in names] for features in lesson.features])


def _weight(lesson: Lesson) -> float:
    return 1.0 if lesson.source == NEWCOMER else OTHER_SETS

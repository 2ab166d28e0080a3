"""Fits confidences: shares of right readings per grade, shrunk towards the rule's share, and logistic curves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its submodules are loaded on first use

from workers.extraction.fields.grading import Confidences

_WEIGHT = 2.0
"""A grade starts with the rule's share, and a rule with `_FIRST`, as if seen this often."""

_FIRST = 0.75
_PENALTY = 0.3
"""Of the distance of a clause's curve from that of all clauses together. It keeps curves from becoming steps."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A reading in a document. `right` is whether it is right; for one with a score, whether the clause is there."""

    document: str
    learnt_as: str
    grade: str
    score: float | None
    right: bool


def fit(lessons: Iterable[Lesson]) -> Mapping[str, Confidences]:
    """Return the confidences of each rule."""
    groups: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        groups[lesson.learnt_as].append(lesson)
    scored = [each for group in groups.values() for each in group if each.score is not None]
    common = _curve(scored, (-3.0, 1.0)) if scored else (-3.0, 1.0)
    return {
        name: Confidences(curve=_curve(group, common)) if group[0].score is not None else _shares(group)
        for name, group in sorted(groups.items())
    }


def fit_left_out(lessons: Sequence[Lesson]) -> Mapping[str, Mapping[str, Confidences]]:
    """Return, for each document, what is learnt from all others."""
    documents = sorted({lesson.document for lesson in lessons})
    return {left_out: fit(each for each in lessons if each.document != left_out) for left_out in documents}


def _shares(lessons: Sequence[Lesson]) -> Confidences:
    own = _share(lessons, _FIRST)
    grades: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        grades[lesson.grade].append(lesson)
    return Confidences({grade: round(_share(group, own), 4) for grade, group in sorted(grades.items())}, round(own, 4))


def _share(lessons: Sequence[Lesson], prior: float) -> float:
    return (sum(lesson.right for lesson in lessons) + _WEIGHT * prior) / (len(lessons) + _WEIGHT)


def _curve(lessons: Sequence[Lesson], prior: tuple[float, float]) -> tuple[float, float]:
    """Fit intercept and slope by penalised maximum likelihood."""
    scores = np.array([lesson.score for lesson in lessons], np.float64)
    present = np.array([lesson.right for lesson in lessons], np.float64)
    first = np.array(prior)

    def loss(curve: "np.typing.NDArray[np.float64]") -> float:
        logits = curve[0] + curve[1] * scores
        likelihood = np.sum(np.logaddexp(0, logits) - present * logits)
        return float(likelihood + _PENALTY * np.sum((curve - first) ** 2))

    found = scipy.optimize.minimize(loss, first, method="L-BFGS-B", bounds=[(-20.0, 5.0), (0.05, 10.0)])
    return round(float(found.x[0]), 4), round(float(found.x[1]), 4)

"""Fit the probability that an answer is right, on answers of models that have not seen the company."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.facts.items.clarity import Clarity
from app.facts.model import StatementKind
from evals.learning.regression import Floats, fit_isotonic, fit_logistic
from evals.learning.training import FOLDS, Answers

_PRIOR = 4.0
"""Prior answers of each name, right as often as all answers."""


@dataclass(frozen=True)
class LeftOut:
    """The answers for the rows of one statement, each by the model of a fold that has not seen the row's company."""

    statement: StatementKind
    answers: Answers
    folds: NDArray[np.int64]

    @classmethod
    def of(cls, statement: StatementKind, parts: Sequence[Answers]) -> "LeftOut":
        """Join the answers of each fold."""
        joined = Answers(
            rows=tuple(row for part in parts for row in part.rows),
            names=tuple(name for part in parts for name in part.names),
            measures=np.vstack([part.measures for part in parts]),
            right=np.concatenate([part.right for part in parts]),
        )
        return cls(statement, joined, np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts]))

    def of_fold(self, fold: int) -> Answers:
        """Return the answers for the rows of a fold."""
        own = np.flatnonzero(self.folds == fold)
        return Answers(
            rows=tuple(self.answers.rows[number] for number in own),
            names=tuple(self.answers.names[number] for number in own),
            measures=self.answers.measures[own],
            right=self.answers.right[own],
        )


def fit_clarity(parts: Sequence[LeftOut], leave_out: int | None = None) -> Mapping[StatementKind, Clarity]:
    """Fit the clarity of each statement on the rows with tags, without those of a fold.

    All primary statements share one regression, but for a constant, so that each step has many rows. A statement of
    equity, whose rows are tagged with many rare concepts, has its own.
    """
    primary = [part for part in parts if part.statement is not StatementKind.EQUITY]
    equity = [part for part in parts if part.statement is StatementKind.EQUITY]
    return {**_fit(primary, leave_out), **_fit(equity, leave_out)}


def _fit(parts: Sequence[LeftOut], leave_out: int | None) -> dict[StatementKind, Clarity]:
    if not parts:
        return {}
    folds = np.concatenate([part.folds for part in parts])
    known = np.array([row.known for part in parts for row in part.answers.rows])
    used = known & (folds != leave_out)
    names = np.array([name for part in parts for name in part.answers.names])[used]
    right = np.concatenate([part.answers.right for part in parts])[used]
    which = np.repeat(np.arange(len(parts)), [len(part.folds) for part in parts])[used]
    measures = np.vstack([part.answers.measures for part in parts])[used]
    columns = [measures, np.eye(len(parts))[which], _odds_of_others(names, right, folds[used])[:, None]]
    rows = np.hstack(columns)
    weights = fit_logistic(rows, right)
    scores, steps = fit_isotonic(rows @ weights, right)
    odds, usual = _odds(names, right)
    own = measures.shape[1]
    return {
        part.statement: Clarity(
            weights=_rounded([*weights[: own - 1], weights[own - 1] + weights[own + number], weights[-1]]),
            scores=scores,
            steps=steps,
            odds={name: round(value, 2) for name, value in odds.items()},
            usual=round(usual, 2),
        )
        for number, part in enumerate(parts)
    }


def _rounded(weights: Iterable[float]) -> list[float]:
    return [round(float(weight), 4) for weight in weights]


def _odds_of_others(names: NDArray[np.str_], right: NDArray[np.bool_], folds: NDArray[np.int64]) -> Floats:
    """Return the log odds of each row's name, by the rows of the other folds."""
    found = np.zeros(len(names))
    for fold in range(FOLDS):
        odds, usual = _odds(names[folds != fold], right[folds != fold])
        own = folds == fold
        found[own] = [odds.get(name, usual) for name in names[own]]
    return found


def _odds(names: NDArray[np.str_], right: NDArray[np.bool_]) -> tuple[dict[str, float], float]:
    """Return the log odds of each name, and of any."""
    share = float(right.mean()) if len(right) else 0.5
    share = min(max(share, 0.01), 0.99)
    all_of, right_of = Counter(names.tolist()), Counter(names[right].tolist())
    odds = {
        name: float(np.log((right_of[name] + _PRIOR * share) / (count - right_of[name] + _PRIOR * (1 - share))))
        for name, count in all_of.items()
    }
    return odds, float(np.log(share / (1 - share)))

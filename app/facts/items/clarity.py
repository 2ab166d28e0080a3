"""How clear a model's answer is, and how probable it is then that it is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ITEM, CONCEPT = "item", "concept"
_LEAST = 1e-4
MEASURES = 8
"""The measures: the answer's log odds, those of the second best answer, of "other" and of "part", those of the same
answer in the statement's other row that it fits best, whether the whole label is known, the number of rivals, and 1."""


@dataclass(frozen=True)
class Clarity:
    """A logistic regression over the measures, and the steps of its isotonic calibration: scores in ascending order
    and the probability from each of them on.
    """

    weights: Sequence[float]
    scores: Sequence[float]
    steps: Sequence[float]

    def probabilities(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that each answer is right."""
        return np.asarray(np.interp(measures @ np.array(self.weights), self.scores, self.steps), dtype=np.float64)


def measure_clarity(
    answers: NDArray[np.float32], beside: NDArray[np.float32], known: Sequence[bool]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the best answer of each row of one statement, and its measures.

    `answers` are the probabilities of each answer for each row, `beside` those of "other" and "part".
    """
    rows = np.arange(len(answers))
    best = answers.argmax(axis=1).astype(np.int64)
    sure = answers[rows, best]
    others = answers.copy()
    others[rows, best] = 0
    second = others.max(axis=1) if answers.shape[1] else np.zeros(len(answers), dtype=np.float32)
    claims = answers[:, best]  # of each row (first axis) on the answer of each row
    np.fill_diagonal(claims, 0)
    rival = claims.max(axis=0)
    measures = np.column_stack(
        [
            _log_odds(sure),
            _log_odds(second),
            _log_odds(beside[:, 0]),
            _log_odds(beside[:, 1]),
            _log_odds(rival),
            np.asarray(known, dtype=np.float64),
            np.minimum((claims > sure[None, :] / 2).sum(axis=0), 3),
            np.ones(len(answers)),
        ]
    )
    return best, measures


def _log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    within = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(np.log(within / (1 - within)))

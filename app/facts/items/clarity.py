"""How clear a model's answer is, and how probable it is then that it is right."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ITEM, CONCEPT = "item", "concept"
_LEAST = 1e-4
_SQUARED = 5
"""The log odds whose squares are measures, too: a sure answer is not as much surer as its odds say."""
_MOST_UNKNOWN, _MOST_WORDS, _MOST_RIVALS = 3, 10, 3


@dataclass(frozen=True)
class Clarity:
    """A logistic regression over the measures, and the steps of its isotonic calibration: scores in ascending order
    and the probability from each of them on.

    `odds` are the log odds that an answer of each name is right, and `usual` those of any answer. Some items are easily
    mistaken, whatever the words. The last weight is that of these odds.
    """

    weights: Sequence[float]
    scores: Sequence[float]
    steps: Sequence[float]
    odds: Mapping[str, float] = field(default_factory=dict)
    usual: float = 0.0

    def probabilities(self, measures: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability that each answer is right."""
        odds = np.array([self.odds.get(name, self.usual) for name in names])
        scores = measures @ np.array(self.weights[:-1]) + self.weights[-1] * odds
        return np.asarray(np.interp(scores, self.scores, self.steps), dtype=np.float64)


def measure_words(features: Sequence[Sequence[str]], vocabulary: Container[str]) -> NDArray[np.float64]:
    """Return how well a model knows the words of each row: whether it knows the whole label, how many words it does not
    know, their share, and the number of words.
    """
    found = np.zeros((len(features), 4))
    for number, own in enumerate(features):
        words = [feature for feature in own if feature.startswith("w=")]
        unknown = sum(word not in vocabulary for word in words)
        known = any(feature in vocabulary for feature in own if feature.startswith("L="))
        share = unknown / max(len(words), 1)
        found[number] = known, min(unknown, _MOST_UNKNOWN), share, min(len(words), _MOST_WORDS) / _MOST_WORDS
    return found


def measure_clarity(
    answers: NDArray[np.float32], beside: NDArray[np.float32], words: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the best answer of each row of one statement, and its measures.

    `answers` are the probabilities of each answer for each row, `beside` those of "other" and "part", and `words` what
    `measure_words` returns. The measures are the log odds of the answer, of the second best, of "other", of "part" and
    of the same answer in the statement's other row that it fits best; the number of such rivals; the measures of words;
    squares; whether a sure answer's label is known; and 1.
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
    odds = _log_odds(np.column_stack([sure, second, beside[:, 0], beside[:, 1], rival]))
    rivals = np.minimum((claims > sure[None, :] / 2).sum(axis=0), _MOST_RIVALS)
    parts = [odds, rivals[:, None], words, odds**2 / _SQUARED, odds[:, :1] * words[:, :1], np.ones((len(answers), 1))]
    return best, np.hstack(parts)


def _log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    within = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(np.log(within / (1 - within)))

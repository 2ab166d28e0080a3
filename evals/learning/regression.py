"""Regressions, as far as the model needs them: multinomial, logistic and isotonic."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import softmax

_ROUNDS, _BATCH = 8, 512
_STEP, _SLOWER = 0.5, 0.8
_FIRST_SLOPE = 1e-3
_LEFT_OUT = 0.3
_CLARITY_PENALTY = 1.0

Floats = NDArray[np.float64]


def fit_classes(
    rows: csr_matrix, classes: NDArray[np.int64], weights: Floats, count: int, penalty: float
) -> NDArray[np.float32]:
    """Fit a multinomial logistic regression with an L2 penalty, and return its weights (features by classes).

    `classes` are the rows' true classes, below `count`, and `weights` what each row counts. It descends by batches with
    a step of its own for each weight (AdaGrad, Duchi et al. 2011), always in the same order. In each batch some
    features of each row are left out at random, so that no single one, such as the whole label, decides alone.
    """
    chance = np.random.default_rng(0)
    found = np.zeros((rows.shape[1], count), dtype=np.float32)
    slopes = np.full(found.shape, _FIRST_SLOPE, dtype=np.float32)
    share = penalty / np.maximum(np.asarray(rows.sum(axis=0)).ravel(), 1)  # each row has its share of the penalty
    counted = weights.astype(np.float32)
    for number in range(_ROUNDS):
        step = _STEP * _SLOWER**number
        order = chance.permutation(rows.shape[0])
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            own = rows[batch]
            own.data = own.data * (chance.random(own.nnz) >= _LEFT_OUT) / np.float32(1 - _LEFT_OUT)
            _descend(own, classes[batch], counted[batch], found, slopes, share, step)
    return found


def _descend(
    rows: csr_matrix,
    classes: NDArray[np.int64],
    weights: NDArray[np.float32],
    found: NDArray[np.float32],
    slopes: NDArray[np.float32],
    share: Floats,
    step: float,
) -> None:
    """Move the weights of the features that a batch has."""
    features, places = np.unique(rows.indices, return_inverse=True)
    own = csr_matrix((rows.data, places, rows.indptr), shape=(rows.shape[0], len(features)))
    current = found[features]
    missed = softmax(own @ current, axis=1)
    missed[np.arange(len(classes)), classes] -= 1
    missed *= weights[:, None]
    times = np.bincount(places, minlength=len(features))
    slope = own.T.tocsr() @ missed + (share[features] * times).astype(np.float32)[:, None] * current
    squares = slopes[features] + slope * slope
    slopes[features] = squares
    found[features] = current - step * slope / np.sqrt(squares)


def fit_logistic(rows: Floats, right: NDArray[np.bool_]) -> Floats:
    """Fit a logistic regression with a small L2 penalty, and return its weights."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights
        missed = float(np.logaddexp(0, np.where(right, -scores, scores)).sum())
        slope = rows.T @ (1 / (1 + np.exp(-scores)) - right) + _CLARITY_PENALTY * weights
        return missed + 0.5 * _CLARITY_PENALTY * float(weights @ weights), slope

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)


def fit_isotonic(scores: Floats, right: NDArray[np.bool_]) -> tuple[list[float], list[float]]:
    """Fit a rising step function by pooling adjacent violators (Barlow et al. 1972).

    Return the middles of its steps and their shares of right rows. Each share is that of one more row, wrong by half,
    so that no step claims certainty.
    """
    order = np.argsort(scores, kind="stable")
    steps: list[tuple[float, int, float]] = []  # right ones, all, sum of scores
    for number in order:
        steps.append((float(right[number]), 1, float(scores[number])))
        while len(steps) > 1 and steps[-2][0] * steps[-1][1] >= steps[-1][0] * steps[-2][1]:
            (own, count, total), (before, counted, added) = steps.pop(), steps.pop()
            steps.append((own + before, count + counted, total + added))
    kept = _join_small(steps)
    middles = [round(total / count, 4) for _, count, total in kept]
    shares = [round((own + 0.5) / (count + 1), 4) for own, count, _ in kept]
    return middles, [float(share) for share in np.maximum.accumulate(shares)]


_SMALLEST_STEP = 20


def _join_small(steps: Sequence[tuple[float, int, float]]) -> list[tuple[float, int, float]]:
    joined: list[tuple[float, int, float]] = []
    for step in steps:
        if joined and joined[-1][1] < _SMALLEST_STEP:
            before = joined.pop()
            joined.append((before[0] + step[0], before[1] + step[1], before[2] + step[2]))
        else:
            joined.append(step)
    return joined

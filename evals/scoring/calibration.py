"""Calibration: the share of right answers at each level of confidence.

A case counts if it has a measure `confidence` (0 to 1) and a measure `right` (0 or 1). Bins have equal width. The
expected calibration error is the mean over all bins of the distance between mean confidence and share of right answers.
Each bin is weighted by its number of cases (Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated
probabilities using Bayesian binning"). Intervals are Wilson's (1927).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import scipy  # its submodules are loaded on first use

from app.evaluations.records import CaseRecord

BINS = 5
"""There are few bins, because data sets have only tens of cases and a bin with two cases shows nothing."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases with confidence in [low, high). The last bin includes 1. `least` to `most` is the interval of `share`."""

    low: float
    high: float
    count: int
    right: int
    confidence: float
    least: float
    most: float

    @property
    def share(self) -> float:
        """The share of right cases."""
        return self.right / self.count


@dataclass(frozen=True, slots=True)
class Calibration:
    """The bins that have cases, in the order of confidence. `expected_error` is None if there are no cases."""

    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, cases: Sequence[CaseRecord]) -> Self:
        """Compute the calibration of the cases that count."""
        pairs = [pair for case in cases if (pair := _pair(case)) is not None]
        placed: dict[int, list[tuple[float, bool]]] = {}
        for confidence, right in pairs:
            placed.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
        return cls(tuple(_bin(place, placed[place]) for place in sorted(placed)))

    @property
    def count(self) -> int:
        return sum(part.count for part in self.bins)

    @property
    def expected_error(self) -> float | None:
        if not self.bins:
            return None
        return sum(part.count * abs(part.share - part.confidence) for part in self.bins) / self.count


def _pair(case: CaseRecord) -> tuple[float, bool] | None:
    confidence, right = case.measures.get("confidence"), case.measures.get("right")
    if confidence is None or right not in (0, 1) or not 0 <= confidence <= 1:
        return None
    return confidence, right == 1


def _bin(place: int, pairs: Sequence[tuple[float, bool]]) -> Bin:
    right = sum(was_right for _, was_right in pairs)
    interval = scipy.stats.binomtest(right, len(pairs)).proportion_ci(confidence_level=LEVEL, method="wilson")
    return Bin(
        low=place / BINS,
        high=(place + 1) / BINS,
        count=len(pairs),
        right=right,
        confidence=sum(confidence for confidence, _ in pairs) / len(pairs),
        least=float(interval.low),
        most=float(interval.high),
    )

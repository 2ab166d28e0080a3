"""Metrics: named figures over cases. An aggregate computes each figure from the cases' measures.

A case has measures (`{"recall@5": 1.0, "declined": 0.0}`); a metric names the measures that it uses and the aggregate.
Intervals and p-values need the metric of many resamples of the cases. This is possible because a metric is a function
of cases.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

Values = npt.NDArray[np.float64]

Measures = Mapping[str, float | None]
"""Measures of one case, by name. None (or a missing name) means not measured, which is not 0."""


@dataclass(frozen=True, slots=True)
class MeasureTotal:
    """A measure over some cases: how many cases have it, and its sum over them."""

    cases: int = 0
    total: float = 0.0


class Better(StrEnum):
    """The direction in which a metric improves. A metric with `NEITHER` is reported but never judged."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Aggregate(StrEnum):
    """How a metric is computed from measures.

    `MEAN` is the mean of one measure over the cases that have it. `SUM` is the sum of one measure. `RATIO` is the ratio
    of the sums of two measures. `F1` uses the sums of three measures: true positives, false positives, false negatives
    (van Rijsbergen 1979). `BALANCED` is balanced accuracy, the mean of sensitivity and specificity, of four: true
    positives, false negatives, true negatives, false positives. `PERCENTILE` is the interpolated percentile of one
    measure.
    """

    MEAN = "mean"
    SUM = "sum"
    RATIO = "ratio"
    F1 = "f1"
    BALANCED = "balanced"
    PERCENTILE = "percentile"


_ARITY = {
    Aggregate.MEAN: 1,
    Aggregate.SUM: 1,
    Aggregate.RATIO: 2,
    Aggregate.F1: 3,
    Aggregate.BALANCED: 4,
    Aggregate.PERCENTILE: 1,
}


class MetricSpec(BaseModel):
    """A metric: its name, its measures, and its aggregate.

    If a metric is `hard`, a change for the worse is never noise. An example is the number of leaks. `percentile` is
    from 0 to 100.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    of: tuple[str, ...]
    how: Aggregate = Aggregate.MEAN
    better: Better = Better.HIGHER
    hard: bool = False
    percentile: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def check_parts(self) -> Self:
        if len(self.of) != _ARITY[self.how]:
            raise ValueError(f"{self.name}: {self.how} needs {_ARITY[self.how]} measures")
        if (self.how is Aggregate.PERCENTILE) != (self.percentile is not None):
            raise ValueError(f"{self.name}: give 'percentile' for a percentile metric and for no other")
        return self

    @property
    def is_count(self) -> bool:
        """Whether the figure counts something: it has no interval. Other figures are rates, means or percentiles."""
        return self.how is Aggregate.SUM

    def count(self, cases: Sequence[Measures]) -> int:
        """Return how many observations a figure rests on (its n): the cases that have the measure, or, of a figure from
        several measures, what these count together. A ratio rests on its denominator.
        """
        return self.count_in(add_totals(map(_totals_of, cases)))

    def count_in(self, totals: Mapping[str, MeasureTotal]) -> int:
        """Return n as `count`, from the totals of the measures by name."""
        found = [totals.get(name, MeasureTotal()) for name in self.of]
        if len(found) == 1:
            return found[0].cases
        return round(found[1].total if self.how is Aggregate.RATIO else sum(each.total for each in found))

    def matrix(self, cases: Sequence[Measures]) -> Values:
        """Return the cases' measures as an array (measures, cases), with NaN for missing ones."""
        rows = [[_number(case.get(name)) for case in cases] for name in self.of]
        return np.array(rows, np.float64).reshape(len(self.of), len(cases))

    def value(self, cases: Sequence[Measures]) -> float | None:
        """Return the metric's value over the cases, or None if no case has its measures."""
        value = float(self.aggregate(self.matrix(cases)))
        return value if np.isfinite(value) else None

    def aggregate(self, matrix: Values) -> Values:
        """Compute the metric over the last axis of an array (measures, …, cases).

        Returns an array (…), with NaN where no case has the measures.
        """
        first = matrix[0]
        if self.how is Aggregate.SUM:
            return np.where(_any(first), np.nansum(first, axis=-1), np.nan)
        if self.how is Aggregate.MEAN:
            return _divide(np.nansum(first, axis=-1), np.sum(~np.isnan(first), axis=-1))
        if self.how is Aggregate.RATIO:
            return _divide(np.nansum(first, axis=-1), np.nansum(matrix[1], axis=-1))
        if self.how is Aggregate.F1:
            right, false, missed = (np.nansum(part, axis=-1) for part in matrix)
            return _divide(2 * right, 2 * right + false + missed)
        if self.how is Aggregate.BALANCED:
            found, missed, clear, false = (np.nansum(part, axis=-1) for part in matrix)
            return (_divide(found, found + missed) + _divide(clear, clear + false)) / 2
        return _percentile(first, self.percentile or 0.0)


def add_totals(parts: Iterable[Mapping[str, MeasureTotal]]) -> dict[str, MeasureTotal]:
    """Add totals of measures, by name."""
    totals: dict[str, MeasureTotal] = {}
    for part in parts:
        for name, found in part.items():
            before = totals.get(name, MeasureTotal())
            totals[name] = MeasureTotal(before.cases + found.cases, before.total + found.total)
    return totals


def _totals_of(case: Measures) -> dict[str, MeasureTotal]:
    return {name: MeasureTotal(1, value) for name, value in case.items() if value is not None}


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _any(values: Values) -> npt.NDArray[np.bool_]:
    present: npt.NDArray[np.bool_] = np.any(~np.isnan(values), axis=-1)
    return present


def _divide(numerator: Values, denominator: Values) -> Values:
    nothing = np.asarray(denominator) == 0
    return np.where(nothing, np.nan, numerator / np.where(nothing, 1, denominator))


def _percentile(values: Values, percentile: float) -> Values:
    present = np.any(~np.isnan(values), axis=-1, keepdims=True)
    filled = np.where(present, values, 0.0)  # avoids NumPy's warning about slices of only NaN
    return np.where(present[..., 0], np.nanpercentile(filled, percentile, axis=-1), np.nan)

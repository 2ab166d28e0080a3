"""Compares two runs case by case: improvements, deteriorations, and whether each change exceeds noise.

Cases are paired by id. Each metric gets the difference with a 95 % interval (paired percentile bootstrap, Efron and
Tibshirani 1993, ch. 13) and a p-value (paired permutation test, Good 2005, ch. 3). SciPy computes both with a fixed
seed, so the results are reproducible. p-values are adjusted for the number of metrics (Benjamini and Hochberg 1995).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import scipy  # submodules load on first use, so the API and the CLI start without scipy.stats

from app.core.errors import InvalidInputError
from app.evaluations.metrics import Better, MetricSpec, Values
from app.evaluations.records import CaseRecord, RunRecord

RESAMPLES = 4_999
SEED = 20_240_229
ALPHA = 0.05
CONFIDENCE = 0.95
MEMORY_BATCH = 256
PLACES = 9
"""Decimal places to which differences are rounded.

The last bits of a sum depend on the order of its terms. Without rounding, equal differences would count as unequal, and
the p-value of the observed difference would be too low.
"""


class RunsNotComparableError(InvalidInputError):
    code = "eval-runs-not-comparable"
    title = "These two runs cannot be compared: choose two of the same suite that share cases."


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NOISE = "within noise"
    SAME = "same"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric in both runs, over their shared cases. `low` and `high` are the ends of the difference's interval; a
    count has none. `before_n` and `after_n` are what the figures rest on (`MetricSpec.count`).
    """

    metric: MetricSpec
    before: float | None
    after: float | None
    difference: float
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict
    before_n: int = 0
    after_n: int = 0

    @property
    def is_in_both(self) -> bool:
        """Whether both runs measured it in shared cases."""
        return self.before is not None and self.after is not None


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose score changed."""

    before: CaseRecord
    after: CaseRecord

    @property
    def change(self) -> float | None:
        if self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side. Wins, losses and ties count the cases with a score in both runs.

    `warnings` names conditions, other than the code, in which the runs differ.
    """

    before: str
    after: str
    suite: str
    paired: int
    wins: int
    losses: int
    ties: int
    changes: tuple[MetricChange, ...]
    flips: tuple[Flip, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the runs share nothing to compare: no metric that both measured in the same cases."""
        return not any(change.is_in_both for change in self.changes)

    @property
    def regressed(self) -> bool:
        return any(change.verdict is Verdict.WORSE for change in self.changes)


def compare_runs(before: RunRecord, after: RunRecord) -> Comparison:
    """Compare two runs by the metrics of the later run. Raises RunsNotComparableError."""
    old, new = before.manifest, after.manifest
    if old.suite != new.suite:
        raise RunsNotComparableError(f"One run is of {old.suite}, the other of {new.suite}: choose one suite.")
    first, second = ({case.id: case for case in run.cases} for run in (before, after))
    shared = [case_id for case_id in first if case_id in second]
    if not shared:
        raise RunsNotComparableError(f"{old.id} and {new.id} have no case in common.")
    pairs = [Flip(first[case_id], second[case_id]) for case_id in shared]
    changes = _adjusted([_change(metric, pairs) for metric in new.metrics])
    moves = [pair.change for pair in pairs]
    return Comparison(
        before=old.id,
        after=new.id,
        suite=new.suite,
        paired=len(pairs),
        wins=sum(move is not None and move > 0 for move in moves),
        losses=sum(move is not None and move < 0 for move in moves),
        ties=sum(move == 0 for move in moves),
        changes=tuple(changes),
        flips=tuple(sorted((pair for pair in pairs if _flipped(pair)), key=lambda pair: pair.change or 0.0)),
        only_before=tuple(sorted(first.keys() - second.keys())),
        only_after=tuple(sorted(second.keys() - first.keys())),
        warnings=tuple(_differences(before, after)),
    )


def _flipped(pair: Flip) -> bool:
    return pair.before.score != pair.after.score


def _change(metric: MetricSpec, pairs: list[Flip]) -> MetricChange:
    measures = [[case.measures for case in cases] for cases in zip(*((p.before, p.after) for p in pairs), strict=True)]
    counts = {"before_n": metric.count(measures[0]), "after_n": metric.count(measures[1])}
    before, after = map(metric.matrix, measures)
    old, new = _finite(metric.aggregate(before)), _finite(metric.aggregate(after))
    if old is None or new is None or np.array_equal(before, after, equal_nan=True):
        difference = 0.0 if old is None or new is None else _difference(new, old)
        verdict = Verdict.SAME if (old is None) == (new is None) else Verdict.NOT_JUDGED
        ends = None if metric.is_count else difference
        return MetricChange(metric, old, new, difference, ends, ends, 1.0, 1.0, verdict, **counts)
    low, high = (None, None) if metric.is_count else _interval(metric, before, after)
    p_value = _p_value(metric, before, after)
    return MetricChange(metric, old, new, _difference(new, old), low, high, p_value, p_value, Verdict.NOISE, **counts)


def _interval(metric: MetricSpec, before: Values, after: Values) -> tuple[float, float]:
    """Return the bootstrap percentile interval of the difference. Each drawn case counts in both runs."""
    count = before.shape[1]
    if count < 2:
        difference = _difference(float(metric.aggregate(after)), float(metric.aggregate(before)))
        return difference, difference

    def difference_of(indexes: Values, axis: int = -1) -> Values:
        del axis  # SciPy always passes the last axis
        chosen = indexes.astype(np.intp)
        difference: Values = metric.aggregate(after[:, chosen]) - metric.aggregate(before[:, chosen])
        return np.nan_to_num(difference).round(PLACES)

    result = scipy.stats.bootstrap(
        (np.arange(count, dtype=np.float64),),
        difference_of,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=True,
        batch=MEMORY_BATCH,
        rng=np.random.default_rng(SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _p_value(metric: MetricSpec, before: Values, after: Values) -> float:
    """Return the two-sided p-value. The permutations swap the two outcomes of a pair."""
    count = before.shape[1]
    both = np.concatenate([before, after], axis=1)

    def difference_of(first: Values, second: Values, axis: int = -1) -> Values:
        del axis  # SciPy always passes the last axis
        old, new = (metric.aggregate(both[:, chosen.astype(np.intp)]) for chosen in (first, second))
        difference: Values = np.nan_to_num(new - old).round(PLACES)
        return difference

    result = scipy.stats.permutation_test(
        (np.arange(count, dtype=np.float64), np.arange(count, 2 * count, dtype=np.float64)),
        difference_of,
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=MEMORY_BATCH,
        rng=np.random.default_rng(SEED),
    )
    return min(1.0, float(np.asarray(result.pvalue)))


def _adjusted(changes: list[MetricChange]) -> list[MetricChange]:
    """Set the verdicts. The p-values are adjusted for the number of metrics judged together."""
    judged = [index for index, change in enumerate(changes) if change.verdict is Verdict.NOISE]
    if not judged:
        return changes
    adjusted = scipy.stats.false_discovery_control([changes[index].p_value for index in judged])
    for index, p_value in zip(judged, np.atleast_1d(adjusted).tolist(), strict=True):
        changes[index] = _judged(changes[index], p_value)
    return changes


def _judged(change: MetricChange, adjusted_p: float) -> MetricChange:
    metric = change.metric
    improved = (change.difference > 0) == (metric.better is Better.HIGHER)
    if metric.better is Better.NEITHER:
        verdict = Verdict.NOT_JUDGED
    elif change.difference == 0:
        verdict = Verdict.NOISE
    elif metric.hard and not improved:
        verdict = Verdict.WORSE
    elif adjusted_p >= ALPHA:
        verdict = Verdict.NOISE
    else:
        verdict = Verdict.BETTER if improved else Verdict.WORSE
    return replace(change, adjusted_p=adjusted_p, verdict=verdict)


def _differences(before: RunRecord, after: RunRecord) -> list[str]:
    old, new = before.manifest, after.manifest
    checks = (
        ("the suite's version", old.suite_version, new.suite_version),
        ("the data", old.conditions.data_digest, new.conditions.data_digest),
        ("the embedding space", old.conditions.embedding_space, new.conditions.embedding_space),
        ("the model", old.conditions.model, new.conditions.model),
        ("the prompts", old.conditions.prompts, new.conditions.prompts),
        ("the settings", old.conditions.settings_digest, new.conditions.settings_digest),
        ("the selection of cases", old.selection, new.selection),
        ("the status", old.status, new.status),
    )
    return [f"The two runs differ in {name}." for name, first, second in checks if first != second]


def _difference(new: float, old: float) -> float:
    return round(new - old, PLACES)


def _finite(value: Values) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None

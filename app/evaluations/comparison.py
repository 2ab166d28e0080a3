"""Comparing two runs case by case: what got better, what got worse, and whether that is more than noise.

The cases are paired by id. For each metric: the difference with a 95 % interval (paired percentile bootstrap, Efron
and Tibshirani 1993, ch. 13) and a p-value (paired permutation test, Good 2005, ch. 3), both by SciPy and with a seed,
so that they are the same each time. p-values are adjusted for the number of metrics (Benjamini and Hochberg 1995).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy  # its parts are loaded when they are first asked for: the API and the CLI start without its statistics

from app.core.errors import InvalidInputError
from app.evaluations.metrics import Better, MetricSpec, Values
from app.evaluations.records import CaseRecord, RunRecord

RESAMPLES = 4_999
SEED = 20_240_229
ALPHA = 0.05
CONFIDENCE = 0.95
MEMORY_BATCH = 256
PLACES = 9
"""Differences are rounded to so many places: sums taken in another order differ in their last bits, and what is equal
but for these must count as equal, or the observed difference seems rarer than all others."""


class RunsNotComparableError(InvalidInputError):
    code = "eval-runs-not-comparable"
    title = "These two runs can't be compared: choose two of the same suite with cases in common."


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NOISE = "within noise"
    SAME = "same"
    TOLD = "not judged"


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric in both runs, over the cases that both have. `low` and `high` bound the difference."""

    metric: MetricSpec
    before: float | None
    after: float | None
    difference: float
    low: float
    high: float
    p_value: float
    adjusted_p: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose outcome changed."""

    before: CaseRecord
    after: CaseRecord

    @property
    def change(self) -> float | None:
        if self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side. Wins, losses and ties are counted by the cases' scores, where both have one.

    `warnings` are sentences on what else differs than the code.
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
    def regressed(self) -> bool:
        return any(change.verdict is Verdict.WORSE for change in self.changes)


def compare_runs(before: RunRecord, after: RunRecord) -> Comparison:
    """Compare by the metrics that the later run declares. Raises RunsNotComparableError."""
    old, new = before.manifest, after.manifest
    if old.suite != new.suite:
        raise RunsNotComparableError(f"One run is of {old.suite}, the other of {new.suite}.")
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
    before = metric.matrix([pair.before.measures for pair in pairs])
    after = metric.matrix([pair.after.measures for pair in pairs])
    old, new = _finite(metric.aggregate(before)), _finite(metric.aggregate(after))
    if old is None or new is None or np.array_equal(before, after, equal_nan=True):
        difference = 0.0 if old is None or new is None else _difference(new, old)
        verdict = Verdict.SAME if (old is None) == (new is None) else Verdict.TOLD
        return MetricChange(metric, old, new, difference, difference, difference, 1.0, 1.0, verdict)
    low, high = _interval(metric, before, after)
    p_value = _p_value(metric, before, after)
    return MetricChange(metric, old, new, _difference(new, old), low, high, p_value, p_value, Verdict.NOISE)


def _interval(metric: MetricSpec, before: Values, after: Values) -> tuple[float, float]:
    """The bootstrap's percentile interval of the difference, cases drawn in pairs."""
    count = before.shape[1]
    if count < 2:
        difference = _difference(float(metric.aggregate(after)), float(metric.aggregate(before)))
        return difference, difference

    def difference_of(indexes: Values, axis: int = -1) -> Values:
        del axis  # always the last
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
    """Two-sided, over swaps of the two outcomes within pairs."""
    count = before.shape[1]
    both = np.concatenate([before, after], axis=1)

    def difference_of(first: Values, second: Values, axis: int = -1) -> Values:
        del axis  # always the last
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
    """The verdicts, after p-values are adjusted for how many metrics are judged at once."""
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
        verdict = Verdict.TOLD
    elif change.difference == 0:
        verdict = Verdict.NOISE
    elif metric.hard and not improved:
        verdict = Verdict.WORSE
    elif adjusted_p >= ALPHA:
        verdict = Verdict.NOISE
    else:
        verdict = Verdict.BETTER if improved else Verdict.WORSE
    return MetricChange(
        metric,
        change.before,
        change.after,
        change.difference,
        change.low,
        change.high,
        change.p_value,
        adjusted_p,
        verdict,
    )


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

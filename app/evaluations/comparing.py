"""Compares published runs.

A comparison takes seconds of CPU, so the API limits its size and the number of concurrent comparisons. Runs never
change, so the last comparisons are cached.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import BoundedSemaphore, Lock
from uuid import UUID

from app.core.principal import Principal
from app.evaluations.comparison import Comparison, Flip, compare_runs
from app.evaluations.errors import ComparisonsBusyError, ComparisonTooLargeError
from app.evaluations.metrics import Aggregate
from app.evaluations.records import CaseRecord, RunManifest, RunRecord
from app.evaluations.service import EvaluationService

CACHE_SIZE = 16
MAX_CONCURRENT = 2
MAX_EFFORT = 20_000
"""The limit on the effort of a comparison: the number of cases times the number of measures, summed over the metrics.
Percentiles count more. A comparison at the limit takes about ten seconds of CPU.
"""
_PERCENTILE_EFFORT = 4_000  # fixed cost of a percentile, which is computed one resample at a time
_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class ComparedRuns:
    """Two runs and their comparison. The cases in the flips have no measures."""

    before: RunManifest
    after: RunManifest
    comparison: Comparison


class ComparisonService:
    """Compares runs that the principal may see; thread-safe."""

    def __init__(
        self, *, evaluations: EvaluationService, max_effort: int = MAX_EFFORT, at_once: int = MAX_CONCURRENT
    ) -> None:
        self._evaluations = evaluations
        self._max_effort = max_effort
        self._cache: OrderedDict[tuple[UUID, str, str], Comparison] = OrderedDict()
        self._lock = Lock()
        self._slots = BoundedSemaphore(at_once)

    def compare(self, principal: Principal, before: str, after: str) -> ComparedRuns:
        """Compare two runs.

        Raises PublishedRunNotFoundError, RunsNotComparableError, ComparisonTooLargeError, ComparisonsBusyError.
        """
        # Read the runs even for a cached comparison: the right to see them may have been withdrawn.
        first, second = (self._evaluations.get_run(principal, run_id) for run_id in (before, after))
        key = (principal.tenant_id, first.content_sha256, second.content_sha256)
        with self._lock:
            found = self._cache.get(key)
        comparison = found or self._compute(principal, before, after)
        with self._lock:
            self._cache[key] = comparison
            self._cache.move_to_end(key)
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)
        return ComparedRuns(first.manifest, second.manifest, comparison)

    def _compute(self, principal: Principal, before: str, after: str) -> Comparison:
        with self._slot():
            first, second = self._evaluations.get_pair(principal, before, after)
            if _effort(first, second) > self._max_effort:
                raise ComparisonTooLargeError
            comparison = compare_runs(first, second)
        flips = tuple(Flip(_without_measures(flip.before), _without_measures(flip.after)) for flip in comparison.flips)
        return replace(comparison, flips=flips)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        """Occupy a slot. Raises ComparisonsBusyError instead of waiting, which would block an API thread."""
        if not self._slots.acquire(blocking=False):
            raise ComparisonsBusyError(headers={"Retry-After": str(_RETRY_SECONDS)})
        try:
            yield
        finally:
            self._slots.release()


def _effort(before: RunRecord, after: RunRecord) -> int:
    cases = min(len(before.cases), len(after.cases))
    return sum(
        _PERCENTILE_EFFORT + 2 * cases if metric.how is Aggregate.PERCENTILE else len(metric.of) * cases
        for metric in after.manifest.metrics
    )


def _without_measures(case: CaseRecord) -> CaseRecord:
    return case.model_copy(update={"measures": {}})

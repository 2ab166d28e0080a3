"""Comparing published runs. That takes seconds of processor, so only so much is compared here, by few at once.

Runs never change, so the last comparisons are kept.
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

KEPT = 16
AT_ONCE = 2
MOST_EFFORT = 20_000
"""In cases times the measures that metrics are made of: about ten seconds of a processor."""
_PERCENTILE_EFFORT = 4_000  # by itself, beside its cases: a resample at a time
_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs, and how they compare. The flips' cases are without their measures."""

    before: RunManifest
    after: RunManifest
    comparison: Comparison


class ComparisonService:
    """Compares runs that the principal may see; safe to share among threads."""

    def __init__(
        self, *, evaluations: EvaluationService, most_effort: int = MOST_EFFORT, at_once: int = AT_ONCE
    ) -> None:
        self._evaluations = evaluations
        self._most_effort = most_effort
        self._kept: OrderedDict[tuple[UUID, str, str], Comparison] = OrderedDict()
        self._lock = Lock()
        self._places = BoundedSemaphore(at_once)

    def compare(self, principal: Principal, before: str, after: str) -> Compared:
        """Raises PublishedRunNotFoundError, RunsNotComparableError, ComparisonTooLargeError, ComparisonsBusyError."""
        # Read each time, also for a comparison that is kept: a right may have ended since.
        first, second = (self._evaluations.get_run(principal, run_id) for run_id in (before, after))
        key = (principal.tenant_id, first.content_sha256, second.content_sha256)
        with self._lock:
            found = self._kept.get(key)
        comparison = found or self._work_out(principal, before, after)
        with self._lock:
            self._kept[key] = comparison
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return Compared(first.manifest, second.manifest, comparison)

    def _work_out(self, principal: Principal, before: str, after: str) -> Comparison:
        with self._place():
            first, second = self._evaluations.get_pair(principal, before, after)
            if _effort(first, second) > self._most_effort:
                raise ComparisonTooLargeError
            comparison = compare_runs(first, second)
        flips = tuple(Flip(_without_measures(flip.before), _without_measures(flip.after)) for flip in comparison.flips)
        return replace(comparison, flips=flips)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among the few that compare. Nobody waits for one: a waiting request holds a thread of the API."""
        if not self._places.acquire(blocking=False):
            raise ComparisonsBusyError(headers={"Retry-After": str(_RETRY_SECONDS)})
        try:
            yield
        finally:
            self._places.release()


def _effort(before: RunRecord, after: RunRecord) -> int:
    cases = min(len(before.cases), len(after.cases))
    return sum(
        _PERCENTILE_EFFORT + 2 * cases if metric.how is Aggregate.PERCENTILE else len(metric.of) * cases
        for metric in after.manifest.metrics
    )


def _without_measures(case: CaseRecord) -> CaseRecord:
    return case.model_copy(update={"measures": {}})

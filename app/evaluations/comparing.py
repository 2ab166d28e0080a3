"""Comparing published runs. That takes seconds of processor, and runs never change, so the last ones are kept."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from app.core.principal import Principal
from app.evaluations.comparison import Comparison, compare_runs
from app.evaluations.records import RunManifest
from app.evaluations.service import EvaluationService

KEPT = 16


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs, and how they compare."""

    before: RunManifest
    after: RunManifest
    comparison: Comparison


class ComparisonService:
    """Compares runs that the principal may see; safe to share among threads."""

    def __init__(self, *, evaluations: EvaluationService) -> None:
        self._evaluations = evaluations
        self._kept: OrderedDict[tuple[UUID, str, str], Comparison] = OrderedDict()
        self._lock = Lock()

    def compare(self, principal: Principal, before: str, after: str) -> Compared:
        """Raises PublishedRunNotFoundError, RunsNotComparableError."""
        # Read each time, also for a comparison that is kept: a right may have ended since.
        first, second = (self._evaluations.get_run(principal, run_id) for run_id in (before, after))
        key = (principal.tenant_id, first.content_sha256, second.content_sha256)
        with self._lock:
            found = self._kept.get(key)
        comparison = found or compare_runs(*self._evaluations.get_pair(principal, before, after))
        with self._lock:
            self._kept[key] = comparison
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return Compared(first.manifest, second.manifest, comparison)

"""Robustness: each odd file ends ready, or failed with a code; no worker is lost, nothing hangs.

Data: a folder of files of any kind. Each is ingested through the API and the real workers.
"""

from collections.abc import Sequence
from pathlib import Path

from app.commands.ingest import Outcome
from app.stack.home import Home
from evals.engine import Case, SuiteContext, SuiteResult
from evals.store import home_name
from evals.watching import WorkerWatch, ingest_watched

HANG_SECONDS = 900.0


class RobustnessSuite:
    """Implements `Suite`."""

    name = "robustness"
    version = "1"
    purpose = "odd and damaged files end ready or failed with a code, and no worker is lost"

    def run(self, context: SuiteContext) -> SuiteResult:
        files = sorted(path for path in context.data.rglob("*") if path.is_file())
        home = Home.at(context.homes / f"odd-{home_name(context.data_digest)}")
        outcomes, watch = ingest_watched(home, files, say=context.say, hang_seconds=HANG_SECONDS)
        cases = [judge(outcome, root=context.data) for outcome in outcomes]
        return SuiteResult(metrics=summarise(cases, watch), cases=cases)


def judge(outcome: Outcome, *, root: Path) -> Case:
    """1 when the file ended in a clear state: ready, or failed with a code and a sentence."""
    name = outcome.path.relative_to(root).as_posix() if outcome.path.is_relative_to(root) else outcome.path.name
    status = outcome.status
    if status == "failed" and not (outcome.code and outcome.detail):
        return Case(name, 0.0, "failed without a code or a sentence", {"status": status})
    if status not in ("ready", "failed"):
        return Case(name, 0.0, "did not end in time", {"status": "hung"})
    reason = "ready" if status == "ready" else f"{outcome.code}: {outcome.detail}"
    return Case(name, 1.0, reason, {"status": status, "code": outcome.code})


def summarise(cases: Sequence[Case], watch: WorkerWatch) -> dict[str, float]:
    statuses = [case.details["status"] for case in cases]
    return {
        "ready": float(statuses.count("ready")),
        "failed": float(statuses.count("failed")),
        "hung": float(statuses.count("hung")),
        "lost_workers": float(watch.lost),
    }

"""Robustness: each unusual file becomes ready or fails with a code. No worker is lost, and no file hangs.

The data is a folder of files of any kind. The suite ingests them together, through the API and the real workers, and
judges each file by its outcome. It also reports the workers' memory and restarts, which depend on the machine and
differ between runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.client.ingestion import IngestOutcome
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.stack.home import Home
from evals.datasets.files import DataMissingError
from evals.environment.context import SuiteContext, Used
from evals.environment.store import home_name
from evals.environment.watching import WorkerWatch, ingest_watched
from evals.running.engine import Case, Suite

HANG_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class OddFile:
    """A file, named by its path inside the data."""

    id: str
    path: Path
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RobustnessScoring:
    """Scores each file by its outcome. Implements `Scoring`."""

    outcomes: Mapping[Path, IngestOutcome]
    watch: WorkerWatch
    lost_at: str
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: OddFile) -> Case:
        judged = judge(case.id, self.outcomes.get(case.path) or IngestOutcome(case.path, "hung"))
        if case.id != self.lost_at:
            return judged
        # The workers' figures belong to no single file, so the first case reports them.
        watch = self.watch
        seen = {"lost_workers": watch.lost, "restarts": watch.restarts, "peak_mib": watch.peak_mib}
        return Case(
            judged.id,
            judged.score,
            judged.reason,
            judged.details,
            measures={**judged.measures, **{name: round(float(value), 3) for name, value in seen.items()}},
            times={"ingest": watch.seconds},
        )


class RobustnessSuite(Suite[OddFile]):
    name = "robustness"
    version = "3"
    purpose = "odd and damaged files become ready or fail with a code, and no worker is lost"
    metrics = (
        MetricSpec(name="ready", of=("ready",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="failed", of=("failed",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="hung", of=("hung",), how=Aggregate.SUM, better=Better.LOWER, hard=True),
        MetricSpec(name="unclear", of=("unclear",), how=Aggregate.SUM, better=Better.LOWER, hard=True),
        MetricSpec(name="lost_workers", of=("lost_workers",), how=Aggregate.SUM, better=Better.LOWER, hard=True),
        MetricSpec(name="worker_restarts", of=("restarts",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="worker_peak_mib", of=("peak_mib",), how=Aggregate.SUM, better=Better.NEITHER),
    )

    def load(self, data: Path) -> Sequence[OddFile]:
        files = sorted(path for path in data.rglob("*") if path.is_file())
        if not files:
            raise DataMissingError(f"{data} contains no file.")
        return [OddFile(path.relative_to(data).as_posix(), path) for path in files]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[OddFile]) -> Iterator[RobustnessScoring]:
        home = Home.at(context.homes / f"odd-{home_name(context.data_digest)}")
        outcomes, watch = ingest_watched(
            home, [case.path for case in cases], notify=context.notify, hang_seconds=HANG_SECONDS
        )
        yield RobustnessScoring({outcome.path: outcome for outcome in outcomes}, watch, lost_at=cases[0].id)


def judge(name: str, outcome: IngestOutcome) -> Case:
    """Score 1 if the file is ready, or failed with a code and a message."""
    status = outcome.status if outcome.status in ("ready", "failed") else "hung"
    unclear = status == "failed" and not (outcome.code and outcome.detail)
    if unclear:
        reason = "failed without a code or a message"
    elif status == "hung":
        reason = "did not end in time"
    else:
        reason = "ready" if status == "ready" else f"{outcome.code}: {outcome.detail}"
    measures = {state: float(status == state) for state in ("ready", "failed", "hung")} | {"unclear": float(unclear)}
    score = 0.0 if unclear or status == "hung" else 1.0
    return Case(name, score, reason, {"status": status, "code": outcome.code}, measures=measures)


SUITE = RobustnessSuite()

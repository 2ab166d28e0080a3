"""Runs one stage: it claims the stage, finds or computes its output, and writes the result.

No transaction is open while the output is computed. One transaction writes the result, if the lease is still valid.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from opentelemetry.trace import SpanKind

from app.core.errors import DocumentError, FootnoteError
from app.db.session import Database, system_principal
from app.jobs.errors import LeaseLostError, error_of
from app.jobs.leases import LeaseService
from app.jobs.plan import QUEUE_OF_STAGE, RUN_STAGE, StageName
from app.jobs.repository import OutputRepository
from app.jobs.states import (
    AlreadyDone,
    Busy,
    Cause,
    ClaimResult,
    Ended,
    FailResult,
    Gone,
    Lease,
    Retry,
    SentBack,
    Superseded,
)
from app.observability.logging import get_logger, log_context
from app.observability.metrics import Metrics
from app.observability.tracing import extract_context, traced
from app.storage.errors import BlobDamagedError, BlobMissingError
from workers.pipeline.contract import PipelineStage, StageInputs, StageResult
from workers.pipeline.errors import OutputLostError
from workers.pipeline.heartbeat import Heartbeat, WatchedLease
from workers.pipeline.outputs import OutputStore
from workers.pipeline.quarantine import Quarantine
from workers.pipeline.versions import get_version_facts
from workers.vitals import QueueMarks

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Completed:
    """The runner completed the stage. `reused` means that its output already existed."""

    reused: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """The quarantine's process ran the stage and recorded its outcome."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The quarantine's process ended, and the file is not the cause. Another attempt follows when the lease
    expires.
    """


RunResult = ClaimResult | Completed | FailResult | Apart | Abandoned


@dataclass(frozen=True, slots=True)
class _Context:
    """A stage's access to earlier outputs. `digests` maps output keys to blob digests."""

    inputs: StageInputs
    outputs: OutputStore
    digests: Mapping[str, str]

    def load(self, stage: StageName, decode: Callable[[bytes], T]) -> T:
        digest = self.digests.get(self.inputs.key_of(stage), "")
        try:
            return self.outputs.read(self.inputs.version.tenant_id, digest, decode)
        except (BlobMissingError, BlobDamagedError) as error:
            raise OutputLostError(stage) from error


class StageRunner:
    """Runs stages. A stage that is finished, or that another worker has, is not run again."""

    def __init__(
        self,
        *,
        database: Database,
        leases: LeaseService,
        outputs: OutputStore,
        stages: Mapping[StageName, PipelineStage],
        metrics: Metrics,
        heartbeat_seconds: float,
        owner: str,
    ) -> None:
        self._database = database
        self._leases = leases
        self._outputs = outputs
        self._stages = stages
        self._metrics = metrics
        self._heartbeat_seconds = heartbeat_seconds
        self._owner = owner
        self.queue_marks = QueueMarks()

    def run(self, tenant_id: UUID, stage_id: UUID, *, quarantine: Quarantine | None = None) -> RunResult:
        """Run a stage if it can be claimed. Return the outcome. Raises UnavailableError.

        If a worker died in an earlier attempt, the stage runs in `quarantine`, if there is one.
        """
        claimed = self._leases.claim(tenant_id, stage_id, owner=self._owner)
        return self._run_claimed(claimed, quarantine) if isinstance(claimed, Lease) else claimed

    def run_next(self, queue: str, *, quarantine: Quarantine | None = None) -> RunResult | None:
        """Run the queue's next stage, whose choice is fair to all tenants. Return the outcome, or None if no stage is
        due. Raises UnavailableError.
        """
        claimed = self._leases.claim_next(queue, owner=self._owner)
        return self._run_claimed(claimed, quarantine) if isinstance(claimed, Lease) else claimed

    def _run_claimed(self, lease: Lease, quarantine: Quarantine | None) -> RunResult:
        began = time.perf_counter()
        with (
            traced(RUN_STAGE, parent=extract_context(lease.trace), kind=SpanKind.CONSUMER, stage_id=lease.stage_id),
            log_context(run_id=lease.run_id, tenant_id=lease.tenant_id),
            self.queue_marks.working_on(QUEUE_OF_STAGE[StageName(lease.stage)]),
        ):
            if quarantine is not None and lease.deaths + lease.crashes:
                result = self._run_apart(lease, quarantine)
            else:
                result = self._attempt(lease, self._heartbeat(lease))
            seconds = time.perf_counter() - began
            outcome = outcome_of(result)
            get_logger(__name__).info(
                "jobs.stage.ended", stage=lease.stage, attempt=lease.attempt, outcome=outcome, seconds=seconds
            )
        self._metrics.record_stage(stage=lease.stage, outcome=outcome, seconds=seconds)
        return result

    def run_watched(self, lease: Lease) -> RunResult:
        """Run a stage in the quarantine's process. The process that started it renews the lease."""
        return self._attempt(lease, WatchedLease())

    def _run_apart(self, lease: Lease, quarantine: Quarantine) -> RunResult:
        # Fork before the heartbeat's thread starts: a thread may hold a lock, which the new process never gets.
        process = quarantine.start(lease)
        with self._heartbeat(lease):
            end = process.wait()
        if isinstance(end, Cause):
            get_logger(__name__).warning("jobs.stage.killed", stage=lease.stage, cause=end)
            return self._leases.record_crash(lease, end)
        return Abandoned() if end is None else Apart(end)

    def _heartbeat(self, lease: Lease) -> Heartbeat:
        return Heartbeat(leases=self._leases, lease=lease, seconds=self._heartbeat_seconds)

    def _attempt(self, lease: Lease, heartbeat: Heartbeat | WatchedLease) -> RunResult:
        try:
            with heartbeat:
                return self._work(lease, heartbeat)
        except LeaseLostError:
            return Superseded()
        except OutputLostError as error:
            lost = self._list_lost(lease, error.stage)
            get_logger(__name__).warning("jobs.stage.output_lost", stage=lease.stage, lost=lost)
            return self._leases.send_back(lease, lost=lost, error=error)
        except Exception as error:  # noqa: BLE001  record any error of a stage as the end of this attempt
            if not isinstance(error, DocumentError):
                trace = None if isinstance(error, FootnoteError) else error
                get_logger(__name__).warning("jobs.stage.raised", stage=lease.stage, exc_info=trace)
            return self._leases.fail(lease, _named(error))

    def _work(self, lease: Lease, heartbeat: Heartbeat | WatchedLease) -> Completed:
        stage = self._stages[StageName(lease.stage)]
        with self._database.transaction(system_principal(lease.tenant_id)) as session:
            inputs = StageInputs(version=get_version_facts(session, lease.version_id), outputs=lease.outputs)
            key = stage.key(inputs)
            digests = OutputRepository(session).find_many([key, *lease.outputs.values()])
        reused = key in digests and self._outputs.exists(lease.tenant_id, digests[key])
        result = StageResult() if reused else stage.run(_Context(inputs, self._outputs, digests))
        heartbeat.check()
        stored = None if result.output is None else self._outputs.write(lease.tenant_id, result.output)
        with self._database.transaction(system_principal(lease.tenant_id)) as session:
            if result.write is not None:
                self._leases.hold(session, lease)
                result.write(session)
            self._leases.complete(session, lease, key, blob_digest=stored, pages_total=result.pages_total)
        return Completed(reused=reused)

    def _list_lost(self, lease: Lease, found: StageName) -> list[StageName]:
        """List all earlier stages whose outputs are lost, so that a run is sent back once even if several are lost."""
        digests = self._outputs.find_digests(lease.tenant_id, list(lease.outputs.values()))
        made = {StageName(name): digests[key] for name, key in lease.outputs.items() if key in digests}
        return [
            name
            for name in StageName
            if name is found or (name in made and not self._outputs.is_whole(lease.tenant_id, made[name]))
        ]


def _named(error: Exception) -> Exception:
    """Return the error that users see if this attempt is the last."""
    if isinstance(error, MemoryError):
        return error_of(Cause.MEMORY)
    return error_of(Cause.TIME) if isinstance(error, SoftTimeLimitExceeded) else error


def outcome_of(result: RunResult) -> str:
    """Return the outcome's name in logs and metrics."""
    match result:
        case Completed(reused=reused):
            return "already-done" if reused else "done"
        case Ended(code=code):
            return code
        case Apart(outcome=outcome):
            return outcome
        case _:
            return _OUTCOMES[type(result)]


_OUTCOMES: dict[type, str] = {
    AlreadyDone: "already-done",
    Retry: "retry",
    SentBack: "sent-back",
    Superseded: "lost",
    Abandoned: "lost",
    Lease: "skipped",
    Busy: "skipped",
    Gone: "skipped",
}

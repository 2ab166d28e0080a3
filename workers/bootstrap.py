"""The workers' composition root: what a worker process is made of."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

import app.access.models
import app.identity.models  # noqa: F401  tables that documents point to: SQLAlchemy must know both ends
from app.core.clock import Clock
from app.db.session import Database
from app.jobs.leases import LeaseService
from app.jobs.plan import LeaseTerms, StageName
from app.observability.metrics import Metrics
from app.settings import JobSettings, Settings
from app.storage.port import BlobStore
from workers.pipeline.contract import PipelineStage
from workers.pipeline.outputs import OutputStore
from workers.pipeline.runner import StageRunner
from workers.pipeline.versions import mark_version_failed


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process's parts. `close` ends what they started."""

    runner: StageRunner
    close: Callable[[], None]


def lease_terms(settings: JobSettings) -> LeaseTerms:
    return LeaseTerms(
        lease_seconds=settings.lease_seconds,
        wake_again_seconds=settings.wake_again_seconds,
        max_attempts=settings.max_attempts,
        max_outages=settings.max_outages,
        backoff_seconds=settings.backoff_seconds,
    )


def build_runner(
    settings: JobSettings,
    *,
    database: Database,
    blobs: BlobStore,
    clock: Clock,
    metrics: Metrics,
    stages: tuple[PipelineStage, ...],
) -> StageRunner:
    """The runner of `stages`, one of each name."""
    named = {stage.name: stage for stage in stages}
    missing = set(StageName) - set(named)
    if missing:
        raise ValueError(f"no stage for {sorted(missing)}")
    return StageRunner(
        database=database,
        leases=LeaseService(database=database, clock=clock, terms=lease_terms(settings), on_failed=mark_version_failed),
        outputs=OutputStore(database=database, blobs=blobs),
        stages=named,
        metrics=metrics,
        heartbeat_seconds=settings.heartbeat_seconds,
        owner=f"{socket.gethostname()}:{os.getpid()}",
    )


def build_worker(settings: Settings) -> Worker:
    raise SystemExit("later")

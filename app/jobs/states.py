"""Results of the run services: views for users, and the results of claims and failures for workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.jobs.plan import Priority


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (RunStatus.READY, RunStatus.FAILED)


class Cause(StrEnum):
    """How a file kills the process that works on it."""

    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"


class StageStatus(StrEnum):
    WAITING = "waiting"
    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StageView:
    """One step of a run, as users see it. `attempt` counts how often the step was started."""

    name: str
    status: StageStatus
    attempt: int
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunView:
    """An ingestion run. `stage` is the current step; a `failed` run has a stable code and a message.

    `stages` has the steps in order; it is empty in lists of runs.
    """

    id: UUID
    document_id: UUID
    version_id: UUID
    status: RunStatus
    priority: Priority
    stage: str
    pages_total: int | None
    error_code: str | None
    error_detail: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stages: tuple[StageView, ...] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a stage until it expires. `token` is a fencing token: later claims have greater ones.

    `attempt` is the number of this attempt, from 1. Of the earlier ones, `ended` counts those whose end was recorded,
    which includes `outages` and `crashes`. `outputs` maps the names of the run's finished stages to the keys of their
    outputs. `trace` is the run's trace.
    """

    tenant_id: UUID
    stage_id: UUID
    run_id: UUID
    document_id: UUID
    version_id: UUID
    stage: str
    position: int
    token: int
    owner: str
    attempt: int
    outages: int
    ended: int
    crashes: int
    outputs: Mapping[str, str]
    trace: Mapping[str, str] | None

    @property
    def deaths(self) -> int:
        """The earlier attempts whose end was not recorded, because the worker died."""
        return self.attempt - 1 - self.ended

    @property
    def failures(self) -> int:
        """The earlier attempts that ended with an error of Footnote, or that a later stage made necessary."""
        return self.ended - self.outages - self.crashes


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The stage is already done or has failed, so the message needs no work."""

    status: StageStatus


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker has the stage, or the stage is not due yet. The stage gets another message later."""

    status: StageStatus


@dataclass(frozen=True, slots=True)
class Gone:
    """The stage does not exist, or no longer exists."""


ClaimResult = Lease | AlreadyDone | Busy | Gone


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A failed run, passed to `on_failed` in the same transaction."""

    tenant_id: UUID
    run_id: UUID
    document_id: UUID
    version_id: UUID
    stage: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Retry:
    """The attempt failed; the next one follows after `after_seconds`."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The stage has failed permanently, and the run with it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """The failure was not recorded, because another worker has the stage now."""


@dataclass(frozen=True, slots=True)
class SentBack:
    """The run continues from an earlier stage, because the output of that stage was lost."""

    stage: str


FailResult = Retry | Ended | SentBack | Superseded

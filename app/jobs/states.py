"""What services of runs hand out: views for readers, and for workers the results of asking for a stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (RunStatus.READY, RunStatus.FAILED)


class StageStatus(StrEnum):
    WAITING = "waiting"
    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StageView:
    """One step of a run as readers see it. `attempt` counts how often it was begun."""

    name: str
    status: StageStatus
    attempt: int
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunView:
    """An ingestion. `stage` is the step that it stands at; with `failed` come a stable code and a sentence.

    `stages` is in order; it is empty in lists.
    """

    id: UUID
    document_id: UUID
    version_id: UUID
    status: RunStatus
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
    """The right to work on a stage until it expires. `token` fences: a later claim has a greater one.

    `outputs` maps the names of the run's finished stages to the keys of their outputs.
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
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The stage is finished, well or badly: the call was a duplicate."""

    status: StageStatus


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else holds the stage, or it is not to be tried yet: another call will come."""

    status: StageStatus


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such stage (any more)."""


ClaimResult = Lease | AlreadyDone | Busy | Gone


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that ended badly, as told to whoever keeps the versions, inside the same transaction."""

    tenant_id: UUID
    run_id: UUID
    document_id: UUID
    version_id: UUID
    stage: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Retry:
    """The stage failed and is tried again in `after_seconds`."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The stage failed for good, and with it the run."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """Somebody else holds the stage by now: the failure was not recorded."""


@dataclass(frozen=True, slots=True)
class SentBack:
    """The run goes on from an earlier stage, as what that one had made is lost."""

    stage: str


FailResult = Retry | Ended | SentBack | Superseded

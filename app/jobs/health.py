"""Whether the processes that ingest documents work: their heartbeats, and how long stages wait.

Times are the database's. The checks are for `/readyz` and `footnote doctor`. They raise an error that says what is
wrong.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import Database
from app.jobs.errors import ProcessHinderedError, ProcessSilentError, QueueStalledError

RELAY, SCHEDULER, WORKER = "relay", "scheduler", "worker"
PROCESSES = (RELAY, SCHEDULER, WORKER)
QUEUES = "queues"
FRESH_SECONDS = 1.0

_LIST_HEARTBEATS = text("SELECT part, instance, age_seconds, trouble FROM list_heartbeats()")
_LIST_STAGE_WAITS = text("SELECT stage, queue, waiting, oldest_seconds FROM list_stage_waits()")


@dataclass(frozen=True, slots=True)
class HeartbeatView:
    part: str
    instance: str
    age_seconds: float
    trouble: str | None


@dataclass(frozen=True, slots=True)
class StageWait:
    """The due stages of one kind: how many wait, and how long the first has waited."""

    stage: str
    queue: str
    waiting: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class WorkState:
    heartbeats: Sequence[HeartbeatView]
    waits: Sequence[StageWait]

    def of_part(self, part: str) -> list[HeartbeatView]:
        """Return the heartbeats of a part, the newest first."""
        return [beat for beat in self.heartbeats if beat.part == part]


@dataclass(frozen=True, slots=True)
class WorkLimits:
    """A process without a heartbeat for `frozen_seconds` is silent. A queue is stalled if a stage has waited for
    `stalled_seconds` and no worker has worked on the queue for as long.
    """

    frozen_seconds: float
    stalled_seconds: float


def read_work_state(session: Session) -> WorkState:
    """Read the state in the transaction of `session`. Only the roles api and owner may call this."""
    return WorkState(
        heartbeats=[HeartbeatView(**row) for row in session.execute(_LIST_HEARTBEATS).mappings()],
        waits=[StageWait(**row) for row in session.execute(_LIST_STAGE_WAITS).mappings()],
    )


def build_work_reader(
    database: Database, *, monotonic: Callable[[], float] = time.monotonic
) -> Callable[[], WorkState]:
    """Return a reader for several checks; it caches the state for a second. It raises DatabaseUnavailableError."""
    lock = threading.Lock()
    cached: list[tuple[float, WorkState]] = []

    def read() -> WorkState:
        with lock:
            if not cached or monotonic() - cached[0][0] >= FRESH_SECONDS:
                with database.anonymous() as session:
                    state = read_work_state(session)
                cached[:] = [(monotonic(), state)]
            return cached[0][1]

    return read


def work_checks(
    read: Callable[[], WorkState], limits: WorkLimits, *, monotonic: Callable[[], float] = time.monotonic
) -> dict[str, Callable[[], None]]:
    """Return the checks of the processes and queues, by name. Processes have `frozen_seconds` from now on to start."""
    started = monotonic()
    checks: dict[str, Callable[[], None]] = {
        process: partial(_check_now, process, read, limits, started, monotonic) for process in PROCESSES
    }
    return checks | {QUEUES: lambda: check_queues(read(), limits)}


def _check_now(
    process: str, read: Callable[[], WorkState], limits: WorkLimits, started: float, monotonic: Callable[[], float]
) -> None:
    check_process(read(), process, limits, observed_seconds=monotonic() - started)


def check_process(state: WorkState, process: str, limits: WorkLimits, *, observed_seconds: float) -> None:
    """Check that one instance of the process works. `observed_seconds` is how long it has had to start.

    Raises ProcessSilentError, and ProcessHinderedError if each living instance reports an error.
    """
    beats = state.of_part(process)
    living = [beat for beat in beats if beat.age_seconds <= limits.frozen_seconds]
    if not living and observed_seconds > limits.frozen_seconds:
        since = f"for {beats[0].age_seconds:.0f} seconds" if beats else "yet"
        raise ProcessSilentError(
            f"The {process} has given no sign of life {since}: it has ended or is frozen. Restart it."
        )
    if living and all(beat.trouble for beat in living):
        raise ProcessHinderedError(f"The {process} cannot work, because of the error {living[0].trouble}.")


def check_queues(state: WorkState, limits: WorkLimits) -> None:
    """Check that no queue is stalled. Raises QueueStalledError, which names the stages of the longest wait."""
    stalled = [wait for wait in state.waits if _is_stalled(state, wait, limits)]
    if stalled:
        worst = max(stalled, key=lambda wait: wait.oldest_seconds)
        raise QueueStalledError(
            f"{worst.waiting} stages ({worst.stage}) wait, the first for {worst.oldest_seconds:.0f} seconds, and no "
            f"worker works on the queue {worst.queue}: start a worker that consumes it."
        )


def _is_stalled(state: WorkState, wait: StageWait, limits: WorkLimits) -> bool:
    worked = state.of_part(wait.queue)
    idle = worked[0].age_seconds if worked else float("inf")
    return min(wait.oldest_seconds, idle) > limits.stalled_seconds

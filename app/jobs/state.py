"""Read how much work of all tenants is waiting, for the operators' metrics."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Row, text

from app.db.session import Database
from app.jobs.health import WorkState
from app.observability.metrics import SystemState

FRESH_SECONDS = 5.0
_QUERY = text("SELECT kind, label, amount FROM system_state()")


def build_state_reader(
    database: Database, read_work: Callable[[], WorkState], *, monotonic: Callable[[], float] = time.monotonic
) -> Callable[[], SystemState]:
    """Return a reader for `Metrics`; it caches the state for 5 seconds. `read_work` reads heartbeats and waits.

    The reader raises DatabaseUnavailableError.
    """
    cached: list[tuple[float, SystemState]] = []

    def read() -> SystemState:
        now = monotonic()
        if cached and now - cached[0][0] < FRESH_SECONDS:
            return cached[0][1]
        with database.anonymous() as session:
            rows = session.execute(_QUERY).all()
        state = _state(rows, read_work())
        cached[:] = [(now, state)]
        return state

    return read


def _state(rows: Iterable[Row[Any]], work: WorkState) -> SystemState:
    amounts: dict[str, dict[str, float]] = {"outbox": {}, "runs": {}, "stages": {}}
    for row in rows:
        amounts[row.kind][row.label] = row.amount
    return SystemState(
        outbox_pending=int(amounts["outbox"]["pending"]),
        outbox_oldest_seconds=amounts["outbox"]["oldest_seconds"],
        runs_by_status={status: int(count) for status, count in amounts["runs"].items()},
        stages_by_queue={queue: int(count) for queue, count in amounts["stages"].items()},
        oldest_by_stage={wait.stage: wait.oldest_seconds for wait in work.waits},
        heartbeat_ages={beat.part: beat.age_seconds for beat in reversed(work.heartbeats)},
    )

"""Read how much work of all tenants is waiting, for the operators' metrics."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Row, text

from app.db.session import Database
from app.observability.metrics import SystemState

FRESH_SECONDS = 5.0
_QUERY = text("SELECT kind, label, amount FROM system_state()")


def build_state_reader(
    database: Database, *, monotonic: Callable[[], float] = time.monotonic
) -> Callable[[], SystemState]:
    """Return a reader for `Metrics`; it caches the state for 5 seconds.

    The reader raises DatabaseUnavailableError.
    """
    cached: list[tuple[float, SystemState]] = []

    def read() -> SystemState:
        now = monotonic()
        if cached and now - cached[0][0] < FRESH_SECONDS:
            return cached[0][1]
        with database.anonymous() as session:
            state = _state(session.execute(_QUERY).all())
        cached[:] = [(now, state)]
        return state

    return read


def _state(rows: Iterable[Row[Any]]) -> SystemState:
    amounts: dict[str, dict[str, float]] = {"outbox": {}, "runs": {}, "stages": {}}
    for row in rows:
        amounts[row.kind][row.label] = row.amount
    return SystemState(
        outbox_pending=int(amounts["outbox"]["pending"]),
        outbox_oldest_seconds=amounts["outbox"]["oldest_seconds"],
        runs_by_status={status: int(count) for status, count in amounts["runs"].items()},
        stages_by_queue={queue: int(count) for queue, count in amounts["stages"].items()},
    )

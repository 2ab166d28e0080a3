"""Measures a search in the database: the time of its statements, and the processor time of the server."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class Timings:
    """Milliseconds per repetition.

    `statements` are the times until the rows arrive. `cores` are the processor times of the server.
    """

    statements: list[float] = field(default_factory=list)
    cores: list[float] = field(default_factory=list)

    def percentile(self, share: int) -> float:
        return float(np.percentile(self.statements, share))

    def core_percentile(self, share: int) -> float:
        return float(np.percentile(self.cores, share))


class StatementClock:
    """Times all statements of one session.

    On a shared machine, the time of a statement includes waiting for a core. The processor time does not include it. It
    is the first figure in proc_pid_schedstat(5), in nanoseconds.
    """

    def __init__(self, session: Session) -> None:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection), "the database driver is psycopg"
        self._schedule = Path(f"/proc/{session.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
        self._seconds = 0.0
        self._driver: psycopg.Connection[Any] = driver

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the statements inside the block."""
        clock = self

        class TimedCursor(psycopg.Cursor[Any]):
            def execute(self, *args: Any, **kwargs: Any) -> Any:
                started = time.perf_counter()
                try:
                    return super().execute(*args, **kwargs)
                finally:
                    clock._seconds += time.perf_counter() - started

        former, self._driver.cursor_factory = self._driver.cursor_factory, TimedCursor
        try:
            yield
        finally:
            self._driver.cursor_factory = former

    def time(self, work: Callable[[], Outcome], timings: Timings) -> Outcome:
        """Run `work`, whose statements use the session, and record its times."""
        self._seconds, ran = 0.0, self._core_seconds()
        outcome = work()
        timings.statements.append(self._seconds * 1000)
        timings.cores.append((self._core_seconds() - ran) * 1000)
        return outcome

    def _core_seconds(self) -> float:
        return int(self._schedule.read_text().split()[0]) / 1e9


def time_each(
    clock: StatementClock, works: Sequence[Callable[[], Outcome]], *, warm: int
) -> tuple[list[Outcome], Timings]:
    """Warm up by running the first `warm` functions untimed; then run and time each function once."""
    timings = Timings()
    with clock.running():
        for work in works[:warm]:
            work()
        return [clock.time(work, timings) for work in works], timings

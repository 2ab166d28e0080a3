"""The checks of `footnote doctor` that ask whether work proceeds: heartbeats of processes, and stages that wait."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy.exc import DBAPIError

from app.core.errors import UnavailableError
from app.db.session import Database, build_engine
from app.http.health.alive import API
from app.jobs.health import (
    PROCESSES,
    QUEUES,
    WorkLimits,
    WorkState,
    check_process,
    check_queues,
    read_work_state,
)
from app.settings import HealthSettings
from app.stack.doctor.checks import CheckResult

LIMIT_MS = 5_000


def check_work(owner_url: str, settings: HealthSettings, *, started_at: float = 0.0) -> Iterator[CheckResult]:
    """Yield whether the API, the relay, the scheduler and the workers work, and whether a queue is stalled.

    `started_at` is the time when Footnote started. A process that has just started may not have sent a heartbeat. A
    missing heartbeat is therefore an error only if Footnote has run for `frozen_seconds`.
    """
    limits = WorkLimits(frozen_seconds=settings.frozen_seconds, stalled_seconds=settings.stalled_seconds)
    database = Database(
        engine=build_engine(owner_url, pool_size=1, statement_timeout_ms=LIMIT_MS, application_name="footnote-doctor")
    )
    try:
        with database.anonymous() as session:
            state = read_work_state(session)
    except (UnavailableError, DBAPIError):
        yield CheckResult("work", False, "The heartbeats of the processes cannot be read: check the database.")
        return
    finally:
        database.close()
    observed = time.time() - started_at
    for process in (API, *PROCESSES):
        yield _result(
            f"{process}-works",
            partial(check_process, state, process, limits, observed_seconds=observed),
            _describe(state, process, limits),
        )
    yield _result(QUEUES, lambda: check_queues(state, limits), _describe_waits(state))


def _result(check: str, run: Callable[[], None], sentence: str) -> CheckResult:
    try:
        run()
    except UnavailableError as error:
        return CheckResult(check, False, error.detail)
    return CheckResult(check, True, sentence)


def _describe(state: WorkState, process: str, limits: WorkLimits) -> str:
    beats = state.of_part(process)
    silent = [beat for beat in beats if beat.age_seconds > limits.frozen_seconds]
    if not beats or len(silent) == len(beats):
        return f"The {process} is starting."
    if not silent:
        return f"The {process} works."
    names = ", ".join(f"{beat.instance} ({beat.age_seconds:.0f} s)" for beat in silent)
    return (
        f"The {process} works. Of its {len(beats)} instances of the last hour, these have ended or are frozen: {names}."
    )


def _describe_waits(state: WorkState) -> str:
    if not state.waits:
        return "No file waits."
    worst = max(state.waits, key=lambda wait: wait.oldest_seconds)
    return f"{sum(wait.waiting for wait in state.waits)} stages wait, the first for {worst.oldest_seconds:.0f} seconds."

"""The table of the relay's periodic jobs. A job does short work itself and queues long work for the workers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text

from app.core.errors import BrokerUnavailableError, UnavailableError
from app.db.session import Database
from app.jobs.plan import Queue
from app.observability.logging import get_logger
from app.settings import JobSettings
from workers.maintenance.linking import EventLinker

log = get_logger(__name__)

EVERY_TURN = 0.0
"""The interval of a job that runs each time the relay wakes, which is at each notification and at each poll."""

RETRY_SECONDS = 5.0

SWEEP_BATCH = 500
PURGE_BATCH = 1_000
MOST_WAITING = 20
"""Tasks of a tenant that wait to be read, up to which published documents get further ones."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job: its name, the seconds between two runs, and the function to call.

    `call` returns True if the job has more work, which should continue without waiting. A job that raises
    UnavailableError is due again after `RETRY_SECONDS`, or after its interval if that is shorter and not EVERY_TURN.
    """

    name: str
    seconds: float
    call: Callable[[], bool | None]


def periodic_jobs(
    settings: JobSettings, *, database: Database, linker: EventLinker, count: Callable[[str], int]
) -> tuple[Periodic, ...]:
    """Return the jobs in the order in which they run.

    `database` must connect as the relay's role. `count` returns the number of messages in a queue of the broker.
    """
    refill = partial(refill_queues, database, count=count, after_seconds=settings.sweep_seconds)
    reembed = partial(call_reembeddings, database, again_seconds=settings.reembed_seconds)
    read = partial(call_field_readings, database, again_seconds=settings.wake_again_seconds)
    send = partial(call_webhooks, database, again_seconds=settings.sweep_seconds)
    sweep = partial(sweep_stages, database, wake_again_seconds=settings.wake_again_seconds)
    return (
        #        name                interval (seconds)           what it calls
        Periodic("refill queues",    settings.sweep_seconds,      refill),
        Periodic("sweep stages",     settings.sweep_seconds,      sweep),
        Periodic("link events",      EVERY_TURN,                  linker.link_waiting),
        Periodic("collect blobs",    settings.collect_seconds,    partial(call_collectors, database)),
        Periodic("sign checkpoints", settings.checkpoint_seconds, partial(call_signers, database)),
        Periodic("purge records",    settings.purge_seconds,      partial(purge_idempotency_records, database)),
        Periodic("embed again",      settings.reembed_seconds,    reembed),
        Periodic("read fields",      settings.sweep_seconds,      read),
        Periodic("send webhooks",    settings.poll_seconds,       send),
    )  # fmt: skip


class Schedule:
    """Runs each job when its interval has passed. The first run runs all jobs.

    `trouble` is the code of the error of a job whose last call failed, or None.
    """

    def __init__(self, jobs: Sequence[Periodic], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._jobs = jobs
        self._monotonic = monotonic
        self._due_at = {job.name: float("-inf") for job in jobs}
        self._failures: dict[str, str] = {}

    @property
    def trouble(self) -> str | None:
        return next(iter(self._failures.values()), None)

    def shortest_interval(self) -> float:
        """Return the shortest interval in seconds. `run_due` must be called at least this often."""
        return min((job.seconds for job in self._jobs if job.seconds != EVERY_TURN), default=float("inf"))

    def run_due(self) -> bool:
        """Run the jobs that are due. Return whether any has more work.

        If a job raises UnavailableError, leave the others for the next run: the job may have waited until a time limit,
        and messages should be sent before the next job. Raises any other error of a job.
        """
        work_left = False
        for job in self._jobs:
            if self._monotonic() < self._due_at[job.name]:
                continue
            self._failures.pop(job.name, None)
            try:
                work_left |= bool(job.call())
            except UnavailableError as error:
                log.warning("relay.job_failed", job=job.name, code=error.code)
                self._failures[job.name] = error.code
                self._due_at[job.name] = self._monotonic() + min(job.seconds or RETRY_SECONDS, RETRY_SECONDS)
                return True
            self._due_at[job.name] = self._monotonic() + job.seconds
        return work_left


def refill_queues(database: Database, *, count: Callable[[str], int], after_seconds: float) -> None:
    """Let the sweeper send messages for due stages whose queue is empty in the broker, because messages were lost.

    A message starts any stage of its queue, so a lost message can delay each of them.
    """
    for queue in Queue:
        try:
            if count(queue) > 0:
                continue
        except BrokerUnavailableError:
            return  # sending the next message reports the outage
        with database.anonymous() as session:
            woken = session.scalar(
                text("SELECT wake_stages(:queue, :after, :batch)"),
                {"queue": queue, "after": after_seconds, "batch": SWEEP_BATCH},
            )
        if woken:
            log.info("relay.refilled", queue=queue, stages=woken)


def sweep_stages(database: Database, *, wake_again_seconds: float) -> None:
    """Release expired leases, and queue wake-up messages for stages that no worker has claimed."""
    with database.anonymous() as session:
        expired, woken = session.execute(
            text("SELECT expired, woken FROM sweep_stages(:wake_again, :batch)"),
            {"wake_again": wake_again_seconds, "batch": SWEEP_BATCH},
        ).one()
    if expired or woken:
        log.info("relay.swept", expired=expired, woken=woken)


def call_collectors(database: Database) -> None:
    """Queue a blob collection task for each tenant."""
    with database.anonymous() as session:
        session.execute(text("SELECT call_collectors()"))


def call_signers(database: Database) -> None:
    """Queue a signing task for each audit chain that has grown since its last checkpoint."""
    with database.anonymous() as session:
        session.execute(text("SELECT call_checkpoints()"))


def call_reembeddings(database: Database, *, again_seconds: float) -> None:
    """Queue a task for each tenant with documents in another embedding space than the current one."""
    with database.anonymous() as session:
        called = session.scalar(text("SELECT call_reembeddings(:again)"), {"again": again_seconds})
    if called:
        log.info("relay.reembedding_called", tenants=called)


def call_field_readings(database: Database, *, again_seconds: float) -> None:
    """Queue the reading of review tasks that no worker has claimed, or whose worker has died, and of open tasks about
    which the reader has learnt something else. Make tasks for published documents that a schema is to read.
    """
    with database.anonymous() as session:
        parameters = {"again": again_seconds, "batch": SWEEP_BATCH}
        called = session.scalar(text("SELECT call_field_readings(:again, :batch)"), parameters)
        again = session.scalar(text("SELECT call_field_rereadings(:again, :batch)"), parameters)
        published = session.scalar(text("SELECT call_schema_readings(:most)"), {"most": MOST_WAITING})
    if called or again or published:
        log.info("relay.readings_called", tasks=called, again=again, published=published)


def call_webhooks(database: Database, *, again_seconds: float) -> None:
    """Queue the sending of webhooks with new changes or due messages."""
    with database.anonymous() as session:
        parameters = {"again": again_seconds, "batch": SWEEP_BATCH}
        called = session.scalar(text("SELECT call_webhooks(:again, :batch)"), parameters)
    if called:
        log.info("relay.webhooks_called", webhooks=called)


def purge_idempotency_records(database: Database) -> bool:
    """Delete a batch of expired idempotency records of all tenants. Return whether more may be left."""
    with database.anonymous() as session:
        deleted: int = session.execute(
            text("SELECT purge_idempotency_records(:batch)"), {"batch": PURGE_BATCH}
        ).scalar_one()
    if deleted:
        log.info("relay.purged", records=deleted)
    return deleted == PURGE_BATCH

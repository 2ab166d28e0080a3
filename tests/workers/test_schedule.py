"""Periodic jobs: the times at which the relay calls each job, and the effect of each job."""

import itertools
import threading

import pytest
from sqlalchemy import text

from app.audit.service import record
from app.jobs.plan import COLLECT_BLOBS, RUN_STAGE, SIGN_CHECKPOINT, Queue
from app.settings import JobSettings
from tests.workers.conftest import Ingestion
from workers.maintenance.linking import EventLinker
from workers.schedule import EVERY_TURN, Periodic, Schedule, periodic_jobs

_access_classes = itertools.count(1_000_000)


class Calls:
    """Creates jobs that record their calls, and schedules with a clock that a test sets (`now`, in seconds)."""

    def __init__(self) -> None:
        self.now = 0.0
        self.made: list[str] = []

    def job(self, name, seconds, *, more=None):
        def call():
            self.made.append(name)
            return more

        return Periodic(name, seconds, call)

    def schedule(self, *jobs):
        return Schedule(jobs, monotonic=lambda: self.now)


@pytest.fixture
def calls():
    return Calls()


@pytest.fixture
def ingestion(module_database, tmp_path):
    """Return an `Ingestion` with a new tenant for each test."""
    return Ingestion(database=module_database, folder=tmp_path, broker="", access_classes=_access_classes)


@pytest.fixture
def jobs(module_database):
    """Return the relay's periodic jobs by name. The queue `embed` has a message in the broker, the others are empty."""
    linker = EventLinker(database=module_database.relay, stop=threading.Event())
    table = periodic_jobs(
        JobSettings(sweep_seconds=5),
        database=module_database.relay,
        linker=linker,
        count=lambda queue: int(queue == Queue.EMBED),
    )
    return {job.name: job for job in table}


def topics(ingestion):
    return [topic for (topic,) in ingestion.sql("SELECT topic FROM outbox ORDER BY id")]


def test_job_is_called_at_the_first_run_and_after_each_interval(calls):
    schedule = calls.schedule(calls.job("often", 5), calls.job("seldom", 60), calls.job("always", EVERY_TURN))
    schedule.run_due()
    assert calls.made == ["often", "seldom", "always"]
    calls.made.clear()
    calls.now = 4.9
    schedule.run_due()
    assert calls.made == ["always"]
    calls.made.clear()
    calls.now = 5.0
    schedule.run_due()
    assert calls.made == ["often", "always"]


def test_job_that_raises_is_called_again_at_the_next_run(calls):
    failing = iter([ValueError("down")])

    def call():
        for error in failing:
            raise error
        calls.made.append("again")

    schedule = calls.schedule(Periodic("first", 60, call), calls.job("second", 60))
    with pytest.raises(ValueError, match="down"):
        schedule.run_due()
    schedule.run_due()
    assert calls.made == ["again", "second"]


@pytest.mark.parametrize(("left", "expected"), [((None, None), False), ((False, True), True), ((True, None), True)])
def test_run_returns_whether_any_job_has_work_left(calls, left, expected):
    schedule = calls.schedule(*(calls.job(str(number), EVERY_TURN, more=more) for number, more in enumerate(left)))
    assert schedule.run_due() is expected


def test_shortest_interval_ignores_jobs_without_an_interval(calls):
    assert calls.schedule(calls.job("a", 60), calls.job("b", 5), calls.job("c", EVERY_TURN)).shortest_interval() == 5


def test_intervals_of_jobs_come_from_the_settings(jobs):
    assert {name: job.seconds for name, job in jobs.items()} == {
        "refill queues": 5,
        "sweep stages": 5,
        "link events": EVERY_TURN,
        "collect blobs": JobSettings().collect_seconds,
        "sign checkpoints": JobSettings().checkpoint_seconds,
        "purge records": JobSettings().purge_seconds,
        "embed again": JobSettings().reembed_seconds,
        "read fields": 5,
        "send webhooks": JobSettings().poll_seconds,
    }


def test_sweeping_queues_a_new_task_for_an_unclaimed_stage(ingestion, jobs):
    ingestion.upload("a page")
    with ingestion.database.relay.anonymous() as session:
        session.execute(text("DELETE FROM outbox WHERE tenant_id = :tenant"), {"tenant": ingestion.tenant})
    ingestion.sql("UPDATE stages SET wake_at = now() WHERE status = 'pending'")
    assert not jobs["sweep stages"].call()
    assert topics(ingestion) == [RUN_STAGE]


@pytest.mark.parametrize(
    ("queue", "due_since", "sent"), [("parse", 6, [RUN_STAGE]), ("embed", 6, []), ("parse", 3, [])]
)
def test_emptied_queue_is_refilled_with_messages_of_due_stages(ingestion, jobs, queue, due_since, sent):
    ingestion.upload("a page")
    with ingestion.database.relay.anonymous() as session:
        session.execute(text("DELETE FROM outbox WHERE tenant_id = :tenant"), {"tenant": ingestion.tenant})
    ingestion.sql(
        "UPDATE stages SET queue = :queue, available_at = now() - make_interval(secs => :secs), "
        "wake_at = now() + interval '1 hour' WHERE status = 'pending'",
        queue=queue, secs=due_since,
    )  # fmt: skip
    jobs["refill queues"].call()
    jobs["sweep stages"].call()
    assert topics(ingestion) == sent


def test_linking_leaves_no_event_waiting(ingestion, jobs):
    with ingestion.database.worker.transaction(ingestion.principal, snapshot=True) as session:
        record(session, ingestion.principal, "documents.document.read", object_type="document", object_id="x")
    assert not jobs["link events"].call()
    with ingestion.database.owner.transaction(ingestion.principal) as session:
        assert session.scalar(text("SELECT count(*) FROM audit_waiting")) == 0


def test_blob_collection_is_queued_once_for_each_tenant(ingestion, jobs):
    for _ in range(2):
        jobs["collect blobs"].call()
    assert topics(ingestion) == [COLLECT_BLOBS]


def test_signing_is_queued_for_chains_that_have_grown(ingestion, jobs):
    jobs["sign checkpoints"].call()
    assert topics(ingestion) == []
    with ingestion.database.worker.transaction(ingestion.principal) as session:
        record(session, ingestion.principal, "documents.document.read", object_type="document", object_id="x")
    jobs["sign checkpoints"].call()
    assert topics(ingestion) == [SIGN_CHECKPOINT]


def test_purging_deletes_expired_records_of_all_tenants_in_batches(ingestion, jobs, monkeypatch):
    add = (
        "INSERT INTO idempotency_records (tenant_id, user_id, key, fingerprint, created_at, expires_at) "
        "SELECT id, gen_random_uuid(), key, '', now(), now() + seconds * interval '1 second' "
        "FROM tenants, (VALUES ('old', -2), ('older', -3), ('oldest', -4), ('new', 60)) AS records (key, seconds)"
    )
    ingestion.sql(add)
    monkeypatch.setattr("workers.schedule.PURGE_BATCH", 2)
    assert [jobs["purge records"].call() for _ in range(2)] == [True, False]
    assert ingestion.sql("SELECT key FROM idempotency_records") == [("new",)]

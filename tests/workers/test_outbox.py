"""The relay sends the messages of the outbox in batches."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.core.errors import BrokerUnavailableError
from app.db.session import DatabaseUnavailableError
from app.jobs.health import SCHEDULER
from app.observability.pulse import Marks
from tests.waiting import wait_for
from tests.workers.conftest import Ingestion
from workers.outbox import BATCH, Outbox
from workers.schedule import EVERY_TURN, Periodic, Schedule


class RecordingSender:
    """A sender that records messages. After `accepts` messages, it raises BrokerUnavailableError."""

    def __init__(self, accepts: int = 1_000) -> None:
        self.accepts = accepts
        self.sent: list[int] = []

    def send(self, row) -> None:
        if len(self.sent) == self.accepts:
            raise BrokerUnavailableError
        self.sent.append(row.id)


@pytest.fixture
def ingestion(database, tmp_path) -> Iterator[Ingestion]:
    return Ingestion(database=database, folder=tmp_path, broker="")


def write_messages(ingestion, count):
    ingestion.sql(
        "INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at) "
        "SELECT :tenant, 'jobs.run_stage', '{}', now(), now() FROM generate_series(1, :count)",
        tenant=ingestion.tenant, count=count,
    )  # fmt: skip


def remaining(ingestion):
    return [row_id for (row_id,) in ingestion.sql("SELECT id FROM outbox ORDER BY id")]


def open_outbox(ingestion, sender, *jobs, marks=None, stop=None):
    return Outbox(
        database=ingestion.database.relay,
        sender=sender,
        listen_url=ingestion.database.urls["relay"],
        schedule=Schedule(jobs),
        poll_seconds=60,
        marks=marks or Marks(),
        stop=stop or threading.Event(),
    )


def test_broker_failure_deletes_only_the_messages_sent_before_it(ingestion):
    write_messages(ingestion, 5)
    written = remaining(ingestion)
    sender = RecordingSender(accepts=2)
    with pytest.raises(BrokerUnavailableError):
        open_outbox(ingestion, sender).send_batch()
    assert sender.sent == written[:2]
    assert remaining(ingestion) == written[2:]


def test_message_due_later_is_not_sent(ingestion):
    write_messages(ingestion, 1)
    with ingestion.database.relay.anonymous() as session:
        session.execute(text("UPDATE outbox SET available_at = now() + interval '1 hour'"))
    assert open_outbox(ingestion, RecordingSender()).send_batch() == 0
    assert len(remaining(ingestion)) == 1


def test_unfinished_periodic_job_continues_after_the_due_messages(ingestion):
    """The relay polls once a minute, but calls a job again immediately if the job returns that it has work left."""
    write_messages(ingestion, BATCH + 1)
    sender, stop, outstanding = RecordingSender(), threading.Event(), []

    def link():
        outstanding.append(len(remaining(ingestion)))
        if len(outstanding) == 3:
            stop.set()
        return len(outstanding) < 3

    running = threading.Thread(target=open_outbox(ingestion, sender, Periodic("link", EVERY_TURN, link), stop=stop).run)
    running.start()
    assert stop.wait(20)
    with ingestion.database.owner.anonymous() as session:
        session.execute(text("NOTIFY footnote_outbox"))
    running.join(20)
    assert not running.is_alive()
    assert outstanding == [BATCH + 1, 0, 0]


def test_failing_periodic_job_delays_neither_messages_nor_other_jobs(ingestion):
    write_messages(ingestion, 2)
    written, sender, marks, stop = remaining(ingestion), RecordingSender(), Marks(), threading.Event()
    called = []

    def fail():
        raise DatabaseUnavailableError  # for example, because its statement reached the time limit

    outbox = open_outbox(
        ingestion,
        sender,
        Periodic("fails", 60, fail),
        Periodic("other", 60, lambda: called.append("other")),
        marks=marks,
        stop=stop,
    )
    running = threading.Thread(target=outbox.run)
    running.start()
    try:
        wait_for(lambda: sender.sent == written and called == ["other"])
    finally:
        stop.set()
        running.join(20)
    assert [beat.trouble for beat in marks.list_beats() if beat.part == SCHEDULER] == ["database-unavailable"]

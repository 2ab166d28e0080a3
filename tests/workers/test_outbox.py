"""Sending batches of the outbox."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.core.errors import BrokerUnavailableError
from tests.workers.conftest import House
from workers.outbox import BATCH, Outbox
from workers.schedule import EVERY_TURN, Periodic, Schedule


class NotingSender:
    """Notes what it sends; the broker is down after `takes` messages."""

    def __init__(self, takes: int = 1_000) -> None:
        self.takes = takes
        self.sent: list[int] = []

    def send(self, row) -> None:
        if len(self.sent) == self.takes:
            raise BrokerUnavailableError
        self.sent.append(row.id)


@pytest.fixture
def place(database, tmp_path) -> Iterator[House]:
    return House(database=database, folder=tmp_path, broker="")


def write_messages(place, count):
    place.sql(
        "INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at) "
        "SELECT :tenant, 'jobs.run_stage', '{}', now(), now() FROM generate_series(1, :count)",
        tenant=place.tenant, count=count,
    )  # fmt: skip


def left(place):
    return [row_id for (row_id,) in place.sql("SELECT id FROM outbox ORDER BY id")]


def open_outbox(place, sender, *jobs, stop=None):
    return Outbox(
        database=place.database.relay,
        sender=sender,
        listen_url=place.database.urls["relay"].replace("+psycopg", ""),
        schedule=Schedule(jobs),
        poll_seconds=60,
        stop=stop or threading.Event(),
    )


def test_broker_failure_deletes_only_the_messages_sent_before_it(place):
    write_messages(place, 5)
    written = left(place)
    sender = NotingSender(takes=2)
    with pytest.raises(BrokerUnavailableError):
        open_outbox(place, sender).send_batch()
    assert sender.sent == written[:2]
    assert left(place) == written[2:]


def test_message_due_later_is_not_sent(place):
    write_messages(place, 1)
    with place.database.relay.anonymous() as session:
        session.execute(text("UPDATE outbox SET available_at = now() + interval '1 hour'"))
    assert open_outbox(place, NotingSender()).send_batch() == 0
    assert len(left(place)) == 1


def test_periodic_work_left_continues_after_the_messages_that_are_due(place):
    """With a poll of a minute, only work that is left brings the next turn."""
    write_messages(place, BATCH + 1)
    sender, stop, outstanding = NotingSender(), threading.Event(), []

    def link():
        outstanding.append(len(left(place)))
        if len(outstanding) == 3:
            stop.set()
        return len(outstanding) < 3

    running = threading.Thread(target=open_outbox(place, sender, Periodic("link", EVERY_TURN, link), stop=stop).run)
    running.start()
    assert stop.wait(20)
    with place.database.owner.anonymous() as session:
        session.execute(text("NOTIFY footnote_outbox"))
    running.join(20)
    assert not running.is_alive()
    assert outstanding == [BATCH + 1, 0, 0]

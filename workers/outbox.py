"""Moves messages from the outbox, a database table, to the broker, soon after they are written.

A message is sent before the transaction that deletes it commits, so it may be sent twice but is never lost. Any number
of senders may run at once.
"""

import threading
import time
from typing import Protocol

import psycopg
from sqlalchemy import text

from app.core.errors import BrokerUnavailableError, UnavailableError
from app.db.connections import LimitedConnection, connect_limited
from app.db.session import Database
from app.jobs.health import RELAY, SCHEDULER
from app.jobs.plan import OUTBOX_CHANNEL
from app.observability.logging import get_logger
from app.observability.pulse import Marks
from workers.schedule import Schedule
from workers.sending import OutboxRow

log = get_logger(__name__)

BATCH = 100
LONGEST_BACKOFF = 15.0
MARK_SECONDS = 1.0
LISTEN_SECONDS = 10.0
"""The longest wait, in seconds, for the database's response to LISTEN."""


class Sender(Protocol):
    def send(self, row: OutboxRow) -> None:
        """Send the message, and return when the broker has accepted it. Raises BrokerUnavailableError."""


class Outbox:
    """Sends messages until `stop` is set, and runs due periodic jobs between batches.

    `listen_url` is SQLAlchemy's URL of the relay's role. A notification announces a new message. The outbox is also
    read every `poll_seconds`, because a notification can be lost, and no notification announces a delayed message that
    becomes due. `marks` shows that this thread works, and what hinders it.
    """

    def __init__(
        self,
        *,
        database: Database,
        sender: Sender,
        listen_url: str,
        schedule: Schedule,
        poll_seconds: float,
        marks: Marks,
        stop: threading.Event,
    ) -> None:
        self._database = database
        self._sender = sender
        self._listen_url = listen_url
        self._schedule = schedule
        self._pause = min(poll_seconds, schedule.shortest_interval())
        self._marks = marks
        self._stop = stop

    def run(self) -> None:
        """Send messages until `stop` is set. When the broker or the database is down, wait and try again."""
        failures = 0
        while not self._stop.is_set():
            try:
                with self._listen() as connection:
                    failures = 0
                    self._run_listening(connection)
            except (UnavailableError, psycopg.OperationalError) as error:
                failures += 1
                wait = min(0.2 * 2 ** min(failures, 10), LONGEST_BACKOFF)
                code = error.code if isinstance(error, UnavailableError) else type(error).__name__
                log.warning("relay.waiting", code=code, seconds=wait)
                self._wait(wait, trouble=code)

    def _wait(self, seconds: float, *, trouble: str) -> None:
        """Wait until the next attempt."""
        until = time.monotonic() + seconds
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            self._marks.mark(RELAY, trouble=trouble)
            self._stop.wait(min(left, MARK_SECONDS))

    def send_batch(self) -> int:
        """Send up to 100 due messages. Return how many were read. Raises BrokerUnavailableError.

        If the broker fails, the messages that it accepted before are still deleted from the outbox.
        """
        failure: BrokerUnavailableError | None = None
        with self._database.anonymous() as session:
            rows = session.execute(
                text(
                    "SELECT id, topic, payload FROM outbox WHERE available_at <= now() "
                    "ORDER BY available_at, id LIMIT :batch FOR UPDATE SKIP LOCKED"
                ),
                {"batch": BATCH},
            ).all()
            sent: list[int] = []
            for row in rows:
                try:
                    self._sender.send(OutboxRow(row.id, row.topic, row.payload))
                except BrokerUnavailableError as error:
                    failure = error
                    break
                sent.append(row.id)
            if sent:
                session.execute(text("DELETE FROM outbox WHERE id = ANY(:sent)"), {"sent": sent})
        if failure is not None:
            raise failure
        return len(rows)

    def _listen(self) -> LimitedConnection:
        connection = connect_limited(
            self._listen_url, application_name="footnote-relay-listener", limit_seconds=LISTEN_SECONDS
        )
        connection.execute(f"LISTEN {OUTBOX_CHANNEL}".encode())
        return connection

    def _run_listening(self, connection: LimitedConnection) -> None:
        while not self._stop.is_set():
            work_left = self._schedule.run_due()
            self._marks.mark(SCHEDULER, trouble=self._schedule.trouble)
            while self.send_batch() == BATCH and not self._stop.is_set():
                self._marks.mark(RELAY)
            # If a periodic job has work left, send the due messages, then continue the job without waiting.
            self._wait_for_message(connection, 0.0 if work_left else self._pause)

    def _wait_for_message(self, connection: LimitedConnection, seconds: float) -> None:
        until = time.monotonic() + seconds
        notified: list[psycopg.Notify] = []
        while not notified and not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            self._marks.mark(SCHEDULER, trouble=self._schedule.trouble)
            self._marks.mark(RELAY)
            notified = list(connection.notifies(timeout=min(left, MARK_SECONDS), stop_after=1))

"""Moves messages from the outbox, a database table, to the broker, soon after they are written.

A message is sent before the transaction that deletes it commits, so it may be sent twice but is never lost. Any number
of senders may run at once.
"""

import threading
from typing import Protocol

import psycopg
from sqlalchemy import text

from app.core.errors import BrokerUnavailableError, UnavailableError
from app.db.session import Database
from app.jobs.plan import OUTBOX_CHANNEL
from app.observability.logging import get_logger
from workers.schedule import Schedule
from workers.sending import OutboxRow

log = get_logger(__name__)

BATCH = 100
LONGEST_BACKOFF = 15.0


class Sender(Protocol):
    def send(self, row: OutboxRow) -> None:
        """Send the message, and return when the broker has accepted it. Raises BrokerUnavailableError."""


class Outbox:
    """Sends messages until `stop` is set, and runs due periodic jobs between batches.

    `listen_url` is the libpq URL of the relay's role. A notification announces a new message. The outbox is also read
    every `poll_seconds`, because a notification can be lost, and no notification announces a delayed message that
    becomes due.
    """

    def __init__(
        self,
        *,
        database: Database,
        sender: Sender,
        listen_url: str,
        schedule: Schedule,
        poll_seconds: float,
        stop: threading.Event,
    ) -> None:
        self._database = database
        self._sender = sender
        self._listen_url = listen_url
        self._schedule = schedule
        self._pause = min(poll_seconds, schedule.shortest_interval())
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
                self._stop.wait(wait)

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

    def _listen(self) -> "psycopg.Connection[tuple[object, ...]]":
        connection = psycopg.connect(
            self._listen_url, autocommit=True, connect_timeout=5, application_name="footnote-relay-listener"
        )
        connection.execute(f"LISTEN {OUTBOX_CHANNEL}".encode())
        return connection

    def _run_listening(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        while not self._stop.is_set():
            work_left = self._schedule.run_due()
            while self.send_batch() == BATCH and not self._stop.is_set():
                pass
            # If a periodic job has work left, send the due messages, then continue the job without waiting.
            for _ in connection.notifies(timeout=0.0 if work_left else self._pause, stop_after=1):
                pass

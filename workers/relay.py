"""The relay: takes calls from the outbox to the broker, sweeps, links audit events that wait, and calls collectors and
signers of audit chains. `python -m workers.relay`.

A message leaves the outbox in the transaction in which the broker took it: it may be sent twice, never not at all. Any
number of relays may run at once.
"""

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import UnavailableError
from app.db.session import Database, build_engine
from app.jobs.plan import OUTBOX_CHANNEL
from app.observability.logging import configure_logging, get_logger
from app.observability.tracing import configure_tracing
from app.settings import JobSettings, Settings
from workers.broker import build_broker_app
from workers.sending import BrokerUnavailableError, CelerySender

log = get_logger(__name__)

BATCH = 100
LINKS = 1_000
TENANTS = 100
LONGEST_BACKOFF = 15.0


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to send: `payload` holds queue, arguments and trace context."""

    id: int
    topic: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Linked:
    """What a round linked. `goes_on`: it ended before every tenant had its turn, or one had more than a round's."""

    events: int
    goes_on: bool


class Sender(Protocol):
    def send(self, row: OutboxRow) -> None:
        """Return once the broker has it. Raises BrokerUnavailableError."""

    def close(self) -> None: ...


class Relay:
    """One relay. `listen_url` is a libpq URL of the relay's role."""

    def __init__(self, *, database: Database, sender: Sender, listen_url: str, settings: JobSettings) -> None:
        self._database = database
        self._sender = sender
        self._listen_url = listen_url
        self._settings = settings
        self._stop = threading.Event()
        self._swept_at = float("-inf")
        self._collected_at = float("-inf")
        self._signed_at = float("-inf")
        self._linked_last = UUID(int=0)

    def stop(self) -> None:
        """End `run` after the batch that is under way."""
        self._stop.set()

    def run(self) -> None:
        """Relay until stopped, through outages of the broker and the database."""
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

    def _listen(self) -> "psycopg.Connection[tuple[object, ...]]":
        connection = psycopg.connect(
            self._listen_url, autocommit=True, connect_timeout=5, application_name="footnote-relay-listener"
        )
        connection.execute(f"LISTEN {OUTBOX_CHANNEL}".encode())
        return connection

    def _run_listening(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        while not self._stop.is_set():
            self._sweep_when_due()
            behind = self.link_events()
            self._call_collectors_when_due()
            self._call_signers_when_due()
            while self.send_batch() == BATCH and not self._stop.is_set():
                pass
            # What is left of many is gone on with at once, after the messages that are due.
            pause = 0.0 if behind.goes_on else min(self._settings.poll_seconds, self._settings.sweep_seconds)
            for _ in connection.notifies(timeout=pause, stop_after=1):
                pass

    def send_batch(self) -> int:
        """Send up to 100 due messages; returns how many were taken up. Raises BrokerUnavailableError.

        What the broker took before it failed is removed all the same.
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

    def sweep(self) -> tuple[int, int]:
        """Take back leases that ran out and call again for untaken stages: (how many of the one, of the other)."""
        with self._database.anonymous() as session:
            expired, woken = session.execute(
                text("SELECT expired, woken FROM sweep_stages(:wake_again, 500)"),
                {"wake_again": self._settings.wake_again_seconds},
            ).one()
        if expired or woken:
            log.info("relay.swept", expired=expired, woken=woken)
        return expired, woken

    def link_events(self) -> Linked:
        """Take audit events that wait (read under one snapshot) into their chains.

        Each tenant's in a transaction of its own, up to 1,000; after as many, or a hundred tenants, messages have their
        turn, and the next call goes on with the tenant after the last. Whose chain somebody else holds, or can't be
        linked, is left to a later call: nobody else waits for it.
        """
        with self._database.anonymous() as session:
            waiting = session.scalars(text("SELECT list_waiting_tenants()")).all()
        after = self._linked_last
        linked = 0
        for tenant_id in sorted(waiting, key=lambda each: (each <= after, each))[:TENANTS]:
            if self._stop.is_set() or linked >= LINKS:
                break
            self._linked_last = tenant_id
            linked += self._link_events_of(tenant_id)
        return Linked(linked, goes_on=linked >= LINKS or (linked > 0 and len(waiting) > TENANTS))

    def _link_events_of(self, tenant_id: UUID) -> int:
        try:
            with self._database.anonymous() as session:
                return session.scalar(text("SELECT link_waiting_unless_held(:tenant)"), {"tenant": tenant_id}) or 0
        except (SQLAlchemyError, UnavailableError) as error:
            code = error.code if isinstance(error, UnavailableError) else type(error).__name__
            log.warning("relay.not_linked", tenant_id=str(tenant_id), code=code)
            return 0

    def call_signers(self) -> int:
        """Call for the audit chains that have grown to be signed; returns how many calls were written."""
        with self._database.anonymous() as session:
            return int(session.execute(text("SELECT call_checkpoints()")).scalar_one())

    def _sweep_when_due(self) -> None:
        if time.monotonic() - self._swept_at >= self._settings.sweep_seconds:
            self.sweep()
            self._swept_at = time.monotonic()

    def call_collectors(self) -> int:
        """Call for each tenant's blobs to be collected; returns how many calls were written."""
        with self._database.anonymous() as session:
            return int(session.execute(text("SELECT call_collectors()")).scalar_one())

    def _call_collectors_when_due(self) -> None:
        if time.monotonic() - self._collected_at >= self._settings.collect_seconds:
            self.call_collectors()
            self._collected_at = time.monotonic()

    def _call_signers_when_due(self) -> None:
        if time.monotonic() - self._signed_at >= self._settings.checkpoint_seconds:
            self.call_signers()
            self._signed_at = time.monotonic()


def build_relay(settings: Settings) -> Relay:
    """A relay over the configured database and broker."""
    if settings.database.relay_url is None:
        raise SystemExit("The relay needs FOOTNOTE_DATABASE__RELAY_URL: the database's URL for its role.")
    url = settings.database.relay_url.get_secret_value()
    engine = build_engine(
        url,
        pool_size=1,
        statement_timeout_ms=settings.database.statement_timeout_ms,
        application_name="footnote-relay",
    )
    return Relay(
        database=Database(engine=engine),
        sender=CelerySender(app=build_broker_app(settings)),
        listen_url=make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        settings=settings.jobs,
    )


def main(_arguments: Sequence[str] = ()) -> None:
    """Run a relay until SIGTERM or SIGINT."""
    settings = Settings()
    configure_logging(level=settings.observability.log_level)
    tracing = configure_tracing("footnote-relay", settings.observability.otlp_endpoint)
    relay = build_relay(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.stop())
    try:
        relay.run()
    finally:
        tracing.shutdown()


if __name__ == "__main__":
    main()

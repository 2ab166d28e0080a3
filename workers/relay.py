"""The relay process. Start it with `python -m workers.relay`.

It sends the messages of the outbox (`workers.outbox`), and runs the periodic jobs (`workers.schedule`) between batches
of messages. Any number of relays may run at once.
"""

import signal
import threading

from app.core.watchdog import notify_watchdog
from app.db.connections import Liveness
from app.db.session import Database, build_engine
from app.observability.logging import configure_logging
from app.observability.pulse import Beat, Marks, Pulse
from app.observability.tracing import configure_tracing
from app.settings import Settings
from workers.broker import build_broker_app
from workers.maintenance.linking import EventLinker
from workers.outbox import Outbox
from workers.schedule import Schedule, periodic_jobs
from workers.sending import SEND_SECONDS, CelerySender


def build_outbox(settings: Settings, *, stop: threading.Event, marks: Marks, liveness: Liveness) -> Outbox:
    """Build the outbox with the configured database and broker. Raises SystemExit if the database's URL is missing."""
    if settings.database.relay_url is None:
        raise SystemExit("The relay needs a database: set FOOTNOTE_DATABASE__RELAY_URL to its URL for the relay role.")
    url = settings.database.relay_url.get_secret_value()
    database = Database(
        engine=build_engine(
            url,
            pool_size=1,
            statement_timeout_ms=settings.database.statement_timeout_ms,
            application_name="footnote-relay",
            liveness=liveness,
        ),
        liveness=liveness,
    )
    linker = EventLinker(database=database, stop=stop)
    sender = CelerySender(app=build_broker_app(settings, response_seconds=SEND_SECONDS))
    return Outbox(
        database=database,
        sender=sender,
        listen_url=url,
        schedule=Schedule(periodic_jobs(settings.jobs, database=database, linker=linker, count=sender.count)),
        poll_seconds=settings.jobs.poll_seconds,
        marks=marks,
        stop=stop,
    )


def build_pulse(settings: Settings, *, marks: Marks, liveness: Liveness) -> Pulse:
    """Build the pulse of the relay. Call it after `build_outbox`, which checks the database's URL.

    It also notifies the watchdog, unless the relay's thread has been stuck for two statement timeouts. The newest mark
    counts, because the same thread makes all marks, and the scheduler makes none while the database is down.
    """
    assert settings.database.relay_url is not None, "the outbox was built before"
    stuck_seconds = 2 * settings.database.statement_timeout_ms / 1000

    def list_beats() -> list[Beat]:
        beats = marks.list_beats()
        if min((beat.age_seconds for beat in beats), default=0.0) < stuck_seconds:
            notify_watchdog()
        return beats

    return Pulse(
        url=settings.database.relay_url.get_secret_value(),
        instance=settings.health.instance,
        list_beats=list_beats,
        liveness=liveness,
        beat_seconds=settings.health.beat_seconds,
        silence_seconds=settings.health.silence_seconds,
    )


def main() -> None:
    """Run a relay until SIGTERM or SIGINT."""
    settings = Settings()
    configure_logging(level=settings.observability.log_level)
    tracing = configure_tracing("footnote-relay", settings.observability.otlp_endpoint)
    stop = threading.Event()
    marks, liveness = Marks(), Liveness()
    outbox = build_outbox(settings, stop=stop, marks=marks, liveness=liveness)
    pulse = build_pulse(settings, marks=marks, liveness=liveness)
    pulse.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        outbox.run()
    finally:
        pulse.close()
        tracing.shutdown()


if __name__ == "__main__":
    main()

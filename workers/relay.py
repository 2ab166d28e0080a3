"""The relay process. Start it with `python -m workers.relay`.

It sends the messages of the outbox (`workers.outbox`), and runs the periodic jobs (`workers.schedule`) between batches
of messages. Any number of relays may run at once.
"""

import signal
import threading

from sqlalchemy.engine import make_url

from app.db.session import Database, build_engine
from app.observability.logging import configure_logging
from app.observability.tracing import configure_tracing
from app.settings import Settings
from workers.broker import build_broker_app
from workers.maintenance.linking import EventLinker
from workers.outbox import Outbox
from workers.schedule import Schedule, periodic_jobs
from workers.sending import CelerySender


def build_outbox(settings: Settings, *, stop: threading.Event) -> Outbox:
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
        )
    )
    linker = EventLinker(database=database, stop=stop)
    return Outbox(
        database=database,
        sender=CelerySender(app=build_broker_app(settings)),
        listen_url=make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        schedule=Schedule(periodic_jobs(settings.jobs, database=database, linker=linker)),
        poll_seconds=settings.jobs.poll_seconds,
        stop=stop,
    )


def main() -> None:
    """Run a relay until SIGTERM or SIGINT."""
    settings = Settings()
    configure_logging(level=settings.observability.log_level)
    tracing = configure_tracing("footnote-relay", settings.observability.otlp_endpoint)
    stop = threading.Event()
    outbox = build_outbox(settings, stop=stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        outbox.run()
    finally:
        tracing.shutdown()


if __name__ == "__main__":
    main()

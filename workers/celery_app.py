"""The worker's Celery application. Start it with `python -m workers.serve`, or with Celery's own command line:
`celery -A workers.celery_app worker -Q parse,embed,extract,maintenance`.
"""

from collections.abc import Callable
from contextlib import suppress

from celery import Celery
from sqlalchemy.orm import configure_mappers

from app.jobs.plan import Queue
from app.sandbox.errors import SandboxUnavailableError
from app.settings import Settings
from workers.bootstrap import Worker, build_pulse, build_worker, load_shared
from workers.broker import build_broker_app
from workers.tasks import register_tasks
from workers.vitals import Vitals


def create_app(
    settings: Settings,
    *,
    build: Callable[[Settings], Worker] = build_worker,
    load: Callable[[Settings], None] = load_shared,
) -> Celery:
    """Create the application. `load` runs once before the pool forks. `build` runs once in each process of the pool."""
    app = build_broker_app(settings)
    vitals = Vitals(beat_seconds=settings.health.beat_seconds, frozen_seconds=settings.health.frozen_seconds)

    def prepare() -> None:
        vitals.watch()
        # Otherwise the first statement of each process does it, and a time limit could leave it half done.
        configure_mappers()
        load(settings)

    def start_pulse(worker: Worker) -> None:
        build_pulse(
            settings, worker=worker, vitals=vitals, list_consumed=lambda: list(app.amqp.queues.consume_from)
        ).start()
        if Queue.PARSE.value in app.amqp.queues.consume_from:
            with suppress(SandboxUnavailableError):  # the first job tries again
                worker.start_sandbox()

    register_tasks(
        app,
        load=prepare,
        build=lambda: build(settings),
        start_pulse=start_pulse,
        observability=settings.observability,
        quarantine_bytes=settings.jobs.quarantine_memory_mib * 1024 * 1024,
    )
    return app


def __getattr__(name: str) -> Celery:
    """Build `app` from the environment at the first access by Celery's command line. The import builds nothing."""
    if name != "app":
        raise AttributeError(name)
    app = create_app(Settings())
    globals()["app"] = app
    return app

"""Celery tasks. A task receives ids, and calls the services that its process has built."""

import logging
import os
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery, signals

from app.audit.errors import ChainNotAsSignedError, CheckpointFormatError
from app.core.errors import UnavailableError
from app.jobs.plan import (
    COLLECT_BLOBS,
    READ_FIELDS,
    REEMBED_DOCUMENTS,
    RUN_STAGE,
    SEND_WEBHOOKS,
    SIGN_CHECKPOINT,
    Queue,
)
from app.jobs.states import Lease
from app.observability.logging import configure_logging, get_logger
from app.observability.tracing import Tracing, configure_tracing
from app.settings import ObservabilitySettings
from workers.bootstrap import Worker
from workers.pipeline.quarantine import Quarantine
from workers.pipeline.runner import outcome_of
from workers.room import StopFlag

log = get_logger(__name__)


class ProcessParts:
    """The parts of the current process. They are built at their first use, and never shared with a forked child."""

    def __init__(self, build: Callable[[], Worker]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._built: tuple[int, Worker] | None = None

    def get(self) -> Worker:
        with self._lock:
            if self._built is None or self._built[0] != os.getpid():
                self._built = (os.getpid(), self._build())
            return self._built[1]

    def close(self) -> None:
        with self._lock:
            if self._built is not None and self._built[0] == os.getpid():
                self._built[1].close()
            self._built = None


def register_tasks(
    app: Celery,
    *,
    load: Callable[[], None],
    build: Callable[[], Worker],
    start_pulse: Callable[[Worker], None],
    observability: ObservabilitySettings,
    quarantine_bytes: int,
) -> None:
    """Register the tasks on `app`. A worker calls `load` before it forks. Each process calls `build` and `start_pulse`
    when it starts.
    """
    parts = ProcessParts(build)

    def run_apart(lease: Lease) -> str:
        try:
            return outcome_of(parts.get().runner.run_watched(lease))
        finally:
            parts.close()

    quarantine = Quarantine(run=run_apart, memory_bytes=quarantine_bytes)
    traces: list[Tracing] = []
    stop = StopFlag()

    # `shared=False`: otherwise Celery also registers the task on every other app of the process, with these parts.
    @app.task(name=RUN_STAGE, bind=True, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def run_stage(task: Any, **_: str) -> None:
        # A message permits a worker to run one stage of the queue. The database chooses the stage, so that a tenant
        # with many messages in the queue does not delay others. The arguments name a stage for workers of earlier
        # versions only.
        queue = task.request.delivery_info["routing_key"]
        try:
            if not parts.get().wait_for_room(Queue(queue), stop):
                log.warning("jobs.stage.disk_full", queue=queue)
                return
            parts.get().runner.run_next(queue, quarantine=quarantine)
        except UnavailableError as error:
            # The database is down. This message is already consumed, so the sweeper queues another one.
            log.warning("jobs.stage.unavailable", queue=queue, code=error.code)

    _register_maintenance(app, parts, stop)

    def set_up_logging(**_: object) -> None:
        configure_logging(level=observability.log_level)
        # Celery logs two lines per task, which only repeat the runner's own line.
        for name in ("celery.app.trace", "celery.worker.strategy"):
            logging.getLogger(name).setLevel(logging.WARNING)

    def announce_stop(**_: object) -> None:
        stop.set()

    def start_worker(**_: object) -> None:
        load()

    def start_process(**_: object) -> None:
        # Configure telemetry after the fork, because the thread of an exporter does not survive a fork.
        traces.append(configure_tracing("footnote-worker", observability.otlp_endpoint))
        start_pulse(parts.get())

    def end_process(**_: object) -> None:
        parts.close()
        for tracing in traces:
            tracing.shutdown()

    signals.setup_logging.connect(set_up_logging, weak=False, dispatch_uid=f"footnote-logging-{id(app)}")
    signals.worker_shutting_down.connect(announce_stop, weak=False, dispatch_uid=f"footnote-stop-{id(app)}")
    signals.worker_init.connect(start_worker, weak=False, dispatch_uid=f"footnote-load-{id(app)}")
    signals.worker_process_init.connect(start_process, weak=False, dispatch_uid=f"footnote-start-{id(app)}")
    signals.worker_process_shutdown.connect(end_process, weak=False, dispatch_uid=f"footnote-end-{id(app)}")


def _register_maintenance(app: Celery, parts: ProcessParts, stop: StopFlag) -> None:
    """Register the tasks of the queue `maintenance`."""

    @app.task(name=COLLECT_BLOBS, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def collect_blobs(*, tenant_id: str) -> None:
        try:
            parts.get().file_documents(UUID(tenant_id))
            parts.get().collector.collect(UUID(tenant_id))
        except UnavailableError as error:
            # The schedule queues the task again.
            log.warning("storage.blobs.unavailable", tenant_id=tenant_id, code=error.code)

    @app.task(name=SIGN_CHECKPOINT, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def sign_checkpoint(*, tenant_id: str) -> None:
        try:
            parts.get().signer.sign(UUID(tenant_id))
        except UnavailableError as error:
            # The schedule queues the task again.
            log.warning("audit.checkpoint.unavailable", tenant_id=tenant_id, code=error.code)
        except (ChainNotAsSignedError, CheckpointFormatError) as error:
            # A chain that was tampered with is never signed. `footnote audit verify` reports the changes.
            log.exception("audit.checkpoint.refused", tenant_id=tenant_id, code=error.code)

    @app.task(name=REEMBED_DOCUMENTS, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def reembed_documents(*, tenant_id: str) -> None:
        try:
            parts.get().reembed_documents(UUID(tenant_id), stop.is_set)
        except UnavailableError as error:
            # The schedule queues the task again, when the lease has expired.
            log.warning("retrieval.reembedding.unavailable", tenant_id=tenant_id, code=error.code)

    @app.task(name=READ_FIELDS, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def read_fields(*, tenant_id: str, task_id: str) -> None:
        try:
            parts.get().read_fields(UUID(tenant_id), UUID(task_id))
        except UnavailableError as error:
            # The schedule queues the task again, when the lease has expired.
            log.warning("review.fields.unavailable", tenant_id=tenant_id, code=error.code)

    @app.task(name=SEND_WEBHOOKS, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def send_webhooks(*, tenant_id: str, webhook_id: str) -> None:
        try:
            parts.get().send_webhooks(UUID(tenant_id), UUID(webhook_id))
        except UnavailableError as error:
            # The schedule queues the task again, when the lease has expired.
            log.warning("webhooks.unavailable", tenant_id=tenant_id, code=error.code)

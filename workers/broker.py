"""The Celery configuration that senders and workers share. `workers.tasks` registers the tasks.

The broker carries only wake-up messages. A message contains the ids of the work to do, and may be lost, duplicated or
late. Tasks return no results.
"""

from typing import Any

from celery import Celery
from kombu.entity import Queue as BrokerQueue

from app.jobs.plan import Queue
from app.settings import Settings


def build_broker_app(settings: Settings, *, response_seconds: float | None = None) -> Celery:
    """Create a Celery application with queues and limits, but without tasks.

    A sender passes the time limit of the broker's responses. A consumer passes none, because it waits for messages.
    """
    app = Celery("footnote", broker=settings.broker.url.get_secret_value(), set_as_current=False)
    app.conf.update(_configuration(settings, response_seconds))
    return app


def _configuration(settings: Settings, response_seconds: float | None) -> dict[str, Any]:
    jobs = settings.jobs
    return {
        "task_serializer": "json",
        "accept_content": ["json"],
        "result_backend": None,
        "task_ignore_result": True,
        "task_queues": [BrokerQueue(queue.value, durable=True) for queue in Queue],  # type: ignore[no-untyped-call]  # kombu ships no types
        "task_default_queue": Queue.MAINTENANCE.value,
        "task_create_missing_queues": False,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": settings.broker.concurrency,
        "worker_max_memory_per_child": settings.broker.max_memory_per_child_mib * 1024,  # Celery counts in KiB
        "worker_proc_alive_timeout": 60.0,  # on a busy machine, loading the embeddings exceeds Celery's default of 4 s
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        # After a lost connection, the running stages continue: their leases keep other workers away from them.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "task_soft_time_limit": jobs.soft_limit_seconds,
        "task_time_limit": jobs.hard_limit_seconds,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 5.0,
        "broker_transport_options": _transport_options(settings, response_seconds),
    }


def _transport_options(settings: Settings, response_seconds: float | None) -> dict[str, Any]:
    if settings.broker.url.get_secret_value().startswith(("amqp", "pyamqp")):
        limits = {} if response_seconds is None else dict.fromkeys(("read_timeout", "write_timeout"), response_seconds)
        return {"confirm_publish": True, **limits}
    return {
        # Redis redelivers an unacknowledged message after this time, so the longest task must be shorter.
        "visibility_timeout": max(3600, int(settings.jobs.hard_limit_seconds * 2)),
        "socket_timeout": response_seconds or 15.0,
        "socket_connect_timeout": 5.0,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }

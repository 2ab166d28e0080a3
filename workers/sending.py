"""Sends wake-up messages through Celery, on one connection that is reopened after each failure."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError
from opentelemetry.trace import SpanKind

from app.core.errors import BrokerUnavailableError
from app.observability.tracing import extract_context, inject_context, traced

MESSAGE_SECONDS = 3600
"""Seconds after which the broker drops a message. The sweeper then queues a new one if the stage has not run."""

SEND_SECONDS = 5.0
"""The longest wait, in seconds, for the broker's confirmation of a message. A full RabbitMQ does not confirm any."""

_NO_QUEUE_IN_REDIS = "404"
"""Redis does not keep empty queues. For a missing one, kombu reports AMQP's code as text."""

_NO_QUEUE_IN_RABBITMQ = 404
"""No worker has declared the queue yet. RabbitMQ then closes the channel (AMQP 0-9-1, 1.2 Class and constants)."""

CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to send. `payload` contains the queue, the arguments and the trace context."""

    id: int
    topic: str
    payload: dict[str, Any]


class CelerySender:
    """Sends messages to the broker one by one. RabbitMQ confirms each message; Redis replies when it has stored one."""

    def __init__(self, *, app: Celery) -> None:
        self._app = app
        self._connection: Any = None
        self._producer: Any = None

    def send(self, row: OutboxRow) -> None:
        """Send the message, and return when the broker has accepted it. Raises BrokerUnavailableError."""
        given = row.payload.get("trace")
        with traced(f"send {row.topic}", parent=extract_context(given), kind=SpanKind.PRODUCER):
            producer = self._connected()
            try:
                self._app.send_task(
                    row.topic,
                    kwargs=row.payload["arguments"],
                    queue=row.payload["queue"],
                    headers={"trace": inject_context() or given},
                    expires=MESSAGE_SECONDS,
                    producer=producer,
                    retry=False,
                    confirm_timeout=SEND_SECONDS,
                    ignore_result=True,
                )
            except self._failures() as error:
                self.close()
                raise BrokerUnavailableError from error

    def count(self, queue: str) -> int:
        """Return how many messages wait in a queue of the broker. Raises BrokerUnavailableError."""
        try:
            return int(self._connected().channel.queue_declare(queue, passive=True).message_count)
        except self._failures() as error:
            code = getattr(error, "reply_code", None)
            if code == _NO_QUEUE_IN_REDIS:
                return 0
            self.close()
            if code == _NO_QUEUE_IN_RABBITMQ:
                return 0
            raise BrokerUnavailableError from error

    def close(self) -> None:
        """Close the connection. The next message opens a new one.

        `release` would wait for the response of a RabbitMQ that is full or frozen; `collect` does not.
        """
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            with suppress(OSError, KombuError, *self._failures()):
                connection.collect(socket_timeout=CLOSE_SECONDS)

    def _connected(self) -> Any:
        if self._producer is None:
            self._connection = self._app.connection_for_write()
            try:
                self._connection.ensure_connection(max_retries=0, timeout=SEND_SECONDS, reraise_as_library_errors=True)
                self._producer = self._app.amqp.Producer(self._connection, auto_declare=False)
            except self._failures() as error:
                self.close()
                raise BrokerUnavailableError from error
        return self._producer

    def _failures(self) -> tuple[type[BaseException], ...]:
        connection = self._app.connection_for_write()
        return (OSError, KombuError, *connection.connection_errors, *connection.channel_errors)

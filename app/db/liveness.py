"""Detects lost connections before the pool returns them, without a query per transaction.

SQLAlchemy's `pool_pre_ping` sends a query before each transaction, a fifth of the round trips of a short one. A server
that ends or closes a connection makes its socket readable, which `poll` reports without a round trip. Only a connection
that was idle for long is tested with a query, because a firewall may have dropped it without closing the socket.
"""

import select
import time

from psycopg import Connection
from psycopg import Error as PsycopgError
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

IDLE_SECONDS = 30.0
"""Connections that were idle for longer are tested with a query."""

_RETURNED_AT = "returned_at"


def detect_lost_connections(engine: Engine) -> None:
    """Replace lost connections when the pool of `engine` returns them (SQLAlchemy, "Disconnect Handling")."""

    @event.listens_for(engine, "checkin")
    def record_return(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_RETURNED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        returned_at = entry.info.get(_RETURNED_AT)
        if returned_at is None or not isinstance(connection, Connection):
            return  # just opened
        is_idle = time.monotonic() - returned_at > IDLE_SECONDS
        if (is_idle or connection.closed or _is_readable(connection)) and not _answers(engine, entry.dbapi_connection):
            raise DisconnectionError  # the pool opens a new connection


def _is_readable(connection: Connection) -> bool:
    """Return whether the server has sent data or closed the connection. It sends nothing to an idle connection."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(engine: Engine, connection: DBAPIConnection | None) -> bool:
    """Return whether the server answers a query on the connection."""
    try:
        return connection is not None and engine.dialect.do_ping(connection)
    except PsycopgError:
        return False

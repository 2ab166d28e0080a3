"""Connections that stop waiting for a server that does not respond.

PostgreSQL's own limits (`statement_timeout`, `lock_timeout`) end a slow statement, but a frozen server does not apply
them. TCP's limits end a connection over a failed network, but the kernel of a frozen server still acknowledges packets,
and a Unix socket has no such limits. Therefore the client also limits each wait for a response.
"""

import math
import time
import traceback
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

T = TypeVar("T")

CONNECT_SECONDS = 5.0
LEAST_CONNECT_SECONDS = 2  # libpq's minimum (PostgreSQL documentation, "connect_timeout")
PATIENCE_SECONDS = 1.0
"""A statement waits at least this long, in seconds, before `liveness` can end it."""

# The kernel closes a TCP connection after 25 s without a sign of the peer, or after 20 s without an acknowledgement.
NETWORK_LIMITS: Mapping[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class ServerSilentError(psycopg.OperationalError):
    """The server did not respond within the time limit. The connection is closed."""


@dataclass(slots=True)
class Liveness:
    """Whether the database responds. The process's `Pulse` sets it; without a pulse it stays true."""

    responds: bool = True


class _LastingPlans(PrepareManager):
    """Keeps prepared statements after a ROLLBACK, which ends each rejected request. psycopg drops them all, because the
    transaction may have created types that they use; Footnote's connections create none.

    The server keeps a statement that fails in its first run, but psycopg forgets its name: after `prepared_max` of them
    all are dropped, before the next statement.
    """

    def __init__(self) -> None:
        super().__init__()
        self._forgotten = 0

    def clear(self) -> bool:
        return False

    def validate(self, key: Key, prep: Prepare, name: bytes, results: "Sequence[PGresult]") -> None:
        super().validate(key, prep, name, results)
        if prep is Prepare.SHOULD and key not in self._names:
            self._forgotten += 1
        if self._forgotten > self.prepared_max:
            self._forgotten = 0
            self._counts.clear()
            self._names.clear()
            self._to_flush.clear()
            self._to_flush.append(None)


class LimitedConnection(psycopg.Connection[TupleRow]):
    """Closes itself and raises ServerSilentError after `limit_seconds` without a response to a statement.

    It gives up earlier if `liveness` says that the database does not respond.
    """

    limit_seconds: float = 60.0
    liveness: Liveness = Liveness()

    def __init__(self, pgconn: "PGconn") -> None:
        super().__init__(pgconn)
        lasting = _LastingPlans()
        lasting.prepare_threshold, lasting.prepared_max = self._prepared.prepare_threshold, self._prepared.prepared_max
        self._prepared = lasting

    def limit(self, seconds: float, liveness: Liveness | None = None) -> Self:
        self.limit_seconds = seconds
        self.liveness = liveness or Liveness()
        return self

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(self._limited(gen, interval), interval, timeout)
        except ServerSilentError:
            self.pgconn.finish()
            raise

    def _limited(self, steps: PQGen[T], interval: float) -> Generator[Wait, Ready | int, T]:
        """Pass on `steps` until the limit. psycopg sends `Ready.NONE` after each interval without a response.

        A much longer interval counts as two: this process was itself stopped, perhaps with the server, and the response
        may be on its way.
        """
        waited, at = 0.0, time.monotonic()
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                now = time.monotonic()
                waited, at = waited + min(now - at, 2 * interval), now
                is_over = waited > self.limit_seconds or (waited > PATIENCE_SECONDS and not self.liveness.responds)
                if is_over and ready == Ready.NONE:
                    raise ServerSilentError(f"the server did not respond within {waited:.1f} seconds")
                wanted = steps.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result


def connect_limited(
    url: str,
    *,
    application_name: str,
    limit_seconds: float,
    options: str = "",
    connect_seconds: float = CONNECT_SECONDS,
) -> LimitedConnection:
    """Open a connection outside of any pool, in autocommit mode. `url` is SQLAlchemy's.

    Raises psycopg.OperationalError, and its subclass ConnectionTimeout after `connect_seconds`.
    """
    connection = _connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        prepare_threshold=None,
        application_name=application_name,
        connect_timeout=max(LEAST_CONNECT_SECONDS, math.ceil(connect_seconds)),
        options=options,
        **NETWORK_LIMITS,
    )
    return connection.limit(limit_seconds)


def limit_connections(engine: Engine, *, limit_seconds: float, liveness: Liveness) -> None:
    """Let the engine open only `LimitedConnection`s, and none while the database does not respond."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], parameters: dict[str, Any]) -> Any:
        if not liveness.responds:
            raise ServerSilentError("the server does not respond")
        return _connect(*arguments, **parameters).limit(limit_seconds, liveness)


def _connect(*arguments: Any, **parameters: Any) -> LimitedConnection:
    try:
        return LimitedConnection.connect(*arguments, **parameters)
    except psycopg.Error as error:
        # In psycopg 3.3, a frame of the traceback keeps a connection attempt that timed out, and a cycle keeps the
        # frame. Until the garbage collector ran, PostgreSQL would wait for this client, and DROP DATABASE with it, for
        # up to a minute.
        traceback.clear_frames(error.__traceback__)
        raise

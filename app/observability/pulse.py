"""Signs of life of a process. `Marks` are made where the work is done; a `Pulse` records them in the database."""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from app.db.connections import LimitedConnection, Liveness, ServerSilentError, connect_limited
from app.observability.logging import get_logger

log = get_logger(__name__)

_RECORD = "SELECT record_heartbeats(%s, %s::text[], %s::double precision[], %s::text[])"

# A heartbeat never waits for a lock, so that only a server that does not respond looks silent.
_OPTIONS = "-c lock_timeout=500 -c statement_timeout=5000"


@dataclass(frozen=True, slots=True)
class Beat:
    """A part of this process, the seconds since it last worked, and the code of the error that stops its work."""

    part: str
    age_seconds: float = 0.0
    trouble: str | None = None


class Marks:
    """Stores when each part of this process last worked."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._marks: dict[str, tuple[float, str | None]] = {}

    def mark(self, part: str, *, trouble: str | None = None) -> None:
        """Record that `part` works now. Call it from the thread that does the work."""
        self._marks[part] = (self._monotonic(), trouble)

    def list_beats(self) -> list[Beat]:
        now = self._monotonic()
        return [Beat(part, now - at, trouble) for part, (at, trouble) in list(self._marks.items())]


class Pulse:
    """A thread that records heartbeats every `beat_seconds`, on a connection of its own.

    `instance` is by default the host and the process id. A pulse also finds out whether the database responds:
    `liveness` becomes false if a heartbeat gets no response within `silence_seconds`, and true again with the next
    response. An error is a response, too.
    """

    def __init__(
        self,
        *,
        url: str,
        instance: str | None,
        list_beats: Callable[[], Sequence[Beat]],
        liveness: Liveness,
        beat_seconds: float,
        silence_seconds: float,
    ) -> None:
        self._url = url
        self._instance = instance or f"{socket.gethostname()}:{os.getpid()}"
        self._list_beats = list_beats
        self._liveness = liveness
        self._beat_seconds = beat_seconds
        self._silence_seconds = silence_seconds
        self._connection: LimitedConnection | None = None
        self._failure: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop the thread. Do not wait for a database that does not respond."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._beat()
            self._stop.wait(self._beat_seconds)
        self._disconnect()

    def _beat(self) -> None:
        try:
            self._record(self._list_beats())
        except Exception as error:  # noqa: BLE001 - if this thread ended, a silent database would stay silent for ever
            self._liveness.responds = not isinstance(error, (ServerSilentError, psycopg.errors.ConnectionTimeout))
            self._report(type(error).__name__)
            if self._connection is not None and self._connection.closed:
                self._disconnect()
        else:
            self._liveness.responds = True
            self._report(None)

    def _record(self, beats: Sequence[Beat]) -> None:
        if self._connection is None:
            self._connection = connect_limited(
                self._url,
                application_name="footnote-pulse",
                limit_seconds=self._silence_seconds,
                connect_seconds=self._silence_seconds,
                options=_OPTIONS,
            )
        self._connection.execute(
            _RECORD,
            (
                self._instance,
                [beat.part for beat in beats],
                [beat.age_seconds for beat in beats],
                [beat.trouble for beat in beats],
            ),
        )

    def _report(self, failure: str | None) -> None:
        """Log a change from success to failure, between failures, or back."""
        if failure == self._failure:
            return
        self._failure = failure
        if failure is None:
            log.info("database.responds")
        else:
            log.warning("database.no_heartbeat", error=failure, silent=not self._liveness.responds)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

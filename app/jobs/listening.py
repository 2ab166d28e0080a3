"""Receives notifications of PostgreSQL (LISTEN) on one connection, in the event loop."""

import asyncio
from collections.abc import Callable

import psycopg

from app.db.session import Database
from app.observability.logging import get_logger

CONNECT_SECONDS = 10.0
"""The time limit, in seconds, for a connection and its LISTEN."""

LONGEST_BACKOFF = 15.0

# After at most 60 seconds without a response, the connection to a vanished server is closed and opened again.
_KEEPALIVES = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}


class Listener:
    """Listens to one channel with the role of `database`, on a connection outside its pool."""

    def __init__(self, *, database: Database, channel: str) -> None:
        url = database.engine.url.set(drivername="postgresql").update_query_dict(_KEEPALIVES)
        self._url = url.render_as_string(hide_password=False)
        self._channel = channel

    async def run(self, *, connected: Callable[[], None], heard: Callable[[str], None]) -> None:
        """Listen until cancelled. Call `heard` with the payload of each notification.

        PostgreSQL does not repeat notifications that it sent while there was no connection. `connected` is called after
        each LISTEN, so that the caller can read what it missed.
        """
        failures = 0
        while True:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    connection = await self._listen()
                async with connection:
                    failures = 0
                    connected()
                    async for notification in connection.notifies():
                        heard(notification.payload)
            except (psycopg.Error, OSError, TimeoutError) as error:
                failures += 1
                wait = min(0.2 * 2 ** min(failures, 10), LONGEST_BACKOFF)
                get_logger(__name__).warning("database.listener.waiting", code=type(error).__name__, seconds=wait)
                await asyncio.sleep(wait)

    async def _listen(self) -> "psycopg.AsyncConnection[tuple[object, ...]]":
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, application_name="footnote-api-listener"
        )
        try:
            await connection.execute(f"LISTEN {self._channel}".encode())
        except BaseException:
            await connection.close()
            raise
        return connection

"""The checks of `/readyz`: database, migrations, broker, storage. Those of processes are in `app.jobs.health`."""

import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import redis
from sqlalchemy import text

from app.core.broker_url import redis_url
from app.core.errors import BrokerUnavailableError, UnavailableError
from app.db.served import check_can_be_upgraded, is_served
from app.db.session import Database
from app.storage.errors import StorageFullError, disk_errors_mapped
from app.storage.port import BlobStore

_SECONDS = 2.0
_DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671}
_AMQP_HEADER = b"AMQP\x00\x00\x09\x01"  # the protocol header (AMQP 0-9-1, section 4.2.2), to which a broker responds
_PROBE_KEY = "footnote-ready"
_NO_TENANT = UUID(int=0)


class MigrationsBehindError(UnavailableError):
    code = "migrations-behind"
    ends_by_itself = False
    title = "The database schema is too old for this version: run the migrations."


def database_check(database: Database) -> Callable[[], None]:
    def check() -> None:
        with database.anonymous() as session:
            session.execute(text("SELECT 1"))

    return check


def migrations_check(database: Database) -> Callable[[], None]:
    def check() -> None:
        with database.anonymous() as session:
            revision = session.scalar(text("SELECT version_num FROM alembic_version"))
        check_can_be_upgraded(revision)
        if not is_served(revision):
            raise MigrationsBehindError

    return check


class BrokerFullError(BrokerUnavailableError):
    code = "broker-full"
    title = (
        "The broker is full and accepts no messages: free some of its memory. Uploads are stored, and are processed "
        "once it accepts messages."
    )


def broker_check(url: str) -> Callable[[], None]:
    """Return the check of the broker. It writes to Redis or Valkey, and waits for a response of an AMQP broker; it only
    connects to an AMQP broker with TLS.

    The check raises BrokerUnavailableError, and its subclass BrokerFullError. The relay's heartbeat shows whether an
    AMQP broker accepts messages.
    """
    parts = urlsplit(url)

    def check() -> None:
        try:
            if parts.scheme in _DEFAULT_PORTS:
                address = (parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORTS[parts.scheme])
                greet_amqp(address, waits=parts.scheme == "amqp")
            else:
                write_redis(url, seconds=_SECONDS)
        except redis.exceptions.OutOfMemoryError as error:
            raise BrokerFullError from error
        except (OSError, redis.RedisError) as error:
            raise BrokerUnavailableError from error

    return check


def write_redis(url: str, *, seconds: float) -> None:
    """Write to Redis or Valkey. The client does not repeat a failed command. Raises redis.RedisError."""
    with redis.Redis.from_url(redis_url(url), socket_timeout=seconds, socket_connect_timeout=seconds) as client:
        client.set(_PROBE_KEY, "", ex=60)


def greet_amqp(address: tuple[str, int], *, waits: bool) -> None:
    """Connect and, with `waits`, wait for the first byte of the broker's response to the protocol header.

    Raises OSError.
    """
    with socket.create_connection(address, timeout=_SECONDS) as stream:
        if waits:
            stream.sendall(_AMQP_HEADER)
            if not stream.recv(1):
                raise ConnectionResetError("the broker closed the connection")


def storage_check(blobs: BlobStore, spool: Path) -> Callable[[], None]:
    """Return the check of the storage. A full disk passes, because reads and questions still work."""

    def check() -> None:
        with suppress(StorageFullError), disk_errors_mapped(), tempfile.TemporaryFile(dir=spool) as file:
            file.write(b"ready?")
            file.flush()
        list(islice(blobs.list_digests(_NO_TENANT), 1))

    return check

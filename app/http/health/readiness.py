"""The checks of `/readyz`: database, migrations, broker, storage."""

import socket
import tempfile
from collections.abc import Callable
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
from app.storage.errors import disk_errors_mapped
from app.storage.port import BlobStore

_SECONDS = 2.0
_DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671}
_NO_TENANT = UUID(int=0)


class MigrationsBehindError(UnavailableError):
    code = "migrations-behind"
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


def broker_check(url: str) -> Callable[[], None]:
    """Return the check of the broker. It pings Redis or Valkey; it only connects to an AMQP broker."""
    parts = urlsplit(url)

    def check() -> None:
        try:
            if parts.scheme in _DEFAULT_PORTS:
                address = (parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORTS[parts.scheme])
                socket.create_connection(address, timeout=_SECONDS).close()
                return
            with redis.Redis.from_url(
                redis_url(url), socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS
            ) as client:
                client.ping()
        except (OSError, redis.RedisError) as error:
            raise BrokerUnavailableError from error

    return check


def storage_check(blobs: BlobStore, spool: Path) -> Callable[[], None]:
    def check() -> None:
        with disk_errors_mapped(), tempfile.TemporaryFile(dir=spool) as file:
            file.write(b"ready?")
            file.flush()
        list(islice(blobs.list_digests(_NO_TENANT), 1))

    return check

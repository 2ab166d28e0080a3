"""A snapshot of the home's database, and what the backup of its blobs needs to know about it.

While it is open, no blob is deleted. Therefore each blob that the snapshot's rows refer to still exists when it is
copied.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import Connection, IsolationLevel
from sqlalchemy.engine import make_url

from app.stack.backup.errors import BackupFailedError
from app.storage.holding import REMOVALS

# The cluster ends transactions that are idle for minutes, but the copying may take longer.
_OPTIONS = (
    "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c transaction_timeout=0 -c lock_timeout=60s"
)
_FORBID_REMOVALS = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
# Every column that contains the digest of a blob, as in `workers.maintenance.collecting`.
_BLOBS = """
SELECT v.tenant_id, v.content_sha256 FROM document_versions v
UNION SELECT o.tenant_id, o.blob_digest FROM stage_outputs o
"""
_LAST_LINKS = "SELECT tenant_id, max(sequence) FROM audit_chain GROUP BY tenant_id"
_KEKS = "SELECT DISTINCT kek_id FROM tenant_keys ORDER BY kek_id"


@dataclass(frozen=True, slots=True)
class DatabaseSnapshot:
    """One state of the database. `name` is PostgreSQL's name of the snapshot, for `pg_dump --snapshot`.

    `blobs` are the names of all blobs that rows refer to. `last_links` maps a tenant to the last number of its audit
    chain. `keks` are the ids of the key-encryption keys that the tenants' data keys need.
    """

    name: str
    server: str
    revision: str
    blobs: frozenset[str]
    last_links: Mapping[UUID, int]
    keks: tuple[str, ...]


@contextmanager
def open_snapshot(admin_url: str) -> Iterator[DatabaseSnapshot]:
    """Open a snapshot as the superuser, to whom row-level security does not apply. Raises BackupFailedError."""
    url = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(
            url, autocommit=True, connect_timeout=5, options=_OPTIONS, application_name="footnote-backup"
        ) as connection:
            connection.execute(_FORBID_REMOVALS, [REMOVALS])
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            with connection.transaction():
                yield _read(connection)
    except psycopg.errors.LockNotAvailable as error:
        raise BackupFailedError("Another backup of this home is in progress: wait until it has ended.") from error
    except psycopg.errors.UndefinedTable as error:
        raise BackupFailedError("The home's database is empty: start Footnote on it once.") from error
    except psycopg.errors.DiskFull as error:
        raise BackupFailedError(
            "The disk of the home's database is full: free some space, then make the backup again."
        ) from error
    except psycopg.OperationalError as error:
        raise BackupFailedError(
            "The home's database does not respond, or ended during the backup: look into logs/postgres.log, and make "
            "the backup again."
        ) from error


def _read(connection: "Connection[tuple[object, ...]]") -> DatabaseSnapshot:
    return DatabaseSnapshot(
        name=_get_text(connection, "SELECT pg_export_snapshot()"),
        server=connection.info.parameter_status("server_version") or str(connection.info.server_version),
        revision=_get_text(connection, "SELECT version_num FROM alembic_version"),
        blobs=frozenset(f"{tenant}/{str(digest)[:2]}/{digest}" for tenant, digest in connection.execute(_BLOBS)),
        last_links={UUID(str(tenant)): int(str(last)) for tenant, last in connection.execute(_LAST_LINKS)},
        keks=tuple(str(row[0]) for row in connection.execute(_KEKS)),
    )


def _get_text(connection: "Connection[tuple[object, ...]]", query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise BackupFailedError("The home's database is empty: start Footnote on it once.")
    return str(row[0])

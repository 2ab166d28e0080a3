"""The rows of a running Footnote: those of each table, with a digest, and those that a worker has yet to write."""

from collections.abc import Mapping

import psycopg

from app.db.provision import _connect
from app.stack.servers.postgres import EmbeddedPostgres
from app.stack.supervisor import Stack

# The relay, the workers and each start of Footnote write these tables. `footnote audit verify` checks the log.
CHANGING = ("audit_", "outbox", "context_keys", "idempotency")


def count_unread(stack: Stack) -> int:
    """Return how many tasks of the review wait for a worker, which writes their fields after the publishing."""
    with _connect(EmbeddedPostgres(stack.home).url("postgres")) as connection:
        row = connection.execute("SELECT count(*) FROM review_tasks WHERE state IN ('queued', 'reading')").fetchone()
    assert row is not None
    return int(str(row[0]))


def read_rows(database: EmbeddedPostgres) -> Mapping[str, tuple[object, ...]]:
    """Return (number of rows, digest of all rows) of each table, as the superuser."""
    with _connect(database.url("postgres")) as connection:
        return read_tables(connection)


def read_tables(connection: "psycopg.Connection[tuple[object, ...]]") -> Mapping[str, tuple[object, ...]]:
    query = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\")) FROM {} t"
    # A dump has no rows of unlogged tables, which a crash of the server may empty, too.
    tables = """SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace"""
    names = [str(row[0]) for row in connection.execute(tables.encode()).fetchall()]
    kept = [name for name in names if not name.startswith(CHANGING)]
    assert len(kept) > 20
    return {name: connection.execute(query.format(name).encode()).fetchone() or () for name in kept}

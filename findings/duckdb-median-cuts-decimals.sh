#!/usr/bin/env bash
# duckdb: median() and quantile_cont() of a DECIMAL column are cut to the scale of the column, towards zero; avg() and a
# median of doubles are not.
#
# Hurts: the median leverage of peers at 3.1x and 3.2x is 3.1x, and that of 1 and 2 without decimals is 1.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install duckdb==2.0.0
observe <<'PY'
import duckdb
from observation import compare, show_versions

show_versions("duckdb")


def value(sql: str) -> str:
    return str(duckdb.sql(sql).fetchall()[0][0])


PEERS = "FROM (VALUES (3.1::{type}), (3.2::{type})) AS peers(leverage)"
compare(
    expected="3.15 in each case",
    seen={
        "median of DECIMAL(9,1)": value("SELECT median(leverage) " + PEERS.format(type="DECIMAL(9,1)")),
        "median of DOUBLE": value("SELECT round(median(leverage), 6) " + PEERS.format(type="DOUBLE")),
        "avg of DECIMAL(9,1)": value("SELECT round(avg(leverage), 6) " + PEERS.format(type="DECIMAL(9,1)")),
    },
    recorded={"median of DECIMAL(9,1)": "3.1", "median of DOUBLE": "3.15", "avg of DECIMAL(9,1)": "3.15"},
)
PY

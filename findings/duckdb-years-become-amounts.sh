#!/usr/bin/env bash
# duckdb reads the header of a CSV file as a row of data if its cells are years, because their type is that of the
# figures below.
#
# Hurts: a statement with the columns 2024 and 2023 gains the years as amounts, and each sum is too high by 2,024 or
# 2,023.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install duckdb==2.0.0
observe <<'PY'
from pathlib import Path

import duckdb
from observation import compare, show_versions

show_versions("duckdb")
ROWS = "\nNet sales,1234,1100\nOther income,56,40\n"


def read(name: str, header: str) -> list:
    Path(name).write_text(header + ROWS)
    table = duckdb.read_csv(name)
    return [table.columns, table.aggregate(f'sum("{table.columns[1]}")').fetchall()[0][0]]


compare(
    expected="the columns item, 2024, 2023 and the sum 1290 in each case",
    seen={"2024": read("years.csv", "item,2024,2023"), "FY2024": read("names.csv", "item,FY2024,FY2023")},
    recorded={
        "2024": [["column0", "column1", "column2"], 3314],
        "FY2024": [["item", "FY2024", "FY2023"], 1290],
    },
)
PY

#!/usr/bin/env bash
# sec2md: in a table with columns for the currency sign and the closing bracket, as filings have them, the first row of
# figures becomes a part of the header.
#
# Hurts: the first item of a statement, often its sales, is not among the rows; a column is named "2024 — $ 1,234".
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install sec2md==0.1.25
observe <<'PY'
import sec2md
from observation import compare, show_versions

show_versions("sec2md")
ROWS = (
    ("(in millions)", "", "2024", "", "", "2023", ""),
    ("Net sales", "$", "1,234", "", "$", "1,185", ""),
    ("Net loss", "", "(56", ")", "", "(7", ")"),
    ("Cash", "", "12", "", "", "13", ""),
)
rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
compare(
    expected="a header with 2024 and 2023, and three rows of figures",
    seen=sec2md.convert_to_markdown(f"<html><body><table>{rows}</table></body></html>").splitlines(),
    recorded=[
        "| (in millions) — Net sales | 2024 — $ 1,234 | $ | 2023 — 1,185 |  |",
        "| --- | --- | --- | --- | --- |",
        "| Net loss | (56 | ) | (7 | ) |",
        "| Cash | 12 |  | 13 |  |",
    ],
)
PY

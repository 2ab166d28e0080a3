#!/usr/bin/env bash
# camelot's flavors "network" and "hybrid" drop the last row of a table if its figures have a percent sign to the right
# of the digits' edge, as filings print them; "stream" keeps it.
#
# Hurts: the margin or the rate below a statement is missing, although camelot reports an accuracy of 100 and a
# confidence of 1.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install camelot-py==2.0.0
observe 2>/dev/null <<'PY'
from pathlib import Path

import camelot
from observation import compare, show_versions
from pdf import page

show_versions("camelot-py")
ROWS = [
    ("USD millions", "2024", "2023"),
    ("Net sales", "1,234", "1,100"),
    ("Costs", "856", "743"),
    ("Net income", "378", "357"),
]
WIDTHS = {",": 2.78, ".": 2.78}  # of Helvetica at 10 points; a digit is 5.56 points wide


def draw(rows: list[tuple[str, ...]]) -> str:
    """Return the page's stream. The last digits of each column are aligned; a percent sign follows them."""
    text = []
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            width = sum(WIDTHS.get(letter, 5.56) for letter in cell.rstrip("%"))
            left = 72 if column == 0 else 330 + 90 * column - width
            text.append(f"BT /F1 10 Tf 1 0 0 1 {left:.2f} {700 - 16 * line} Tm ({cell}) Tj ET")
    return "\n".join(text)


def labels(flavor: str, last: tuple[str, ...]) -> list[list[str]]:
    Path("page.pdf").write_bytes(page(draw([*ROWS, last])))
    return [[row[0] for row in table.df.values.tolist()] for table in camelot.read_pdf("page.pdf", flavor=flavor)]


compare(
    expected="5 rows in each case",
    seen={
        flavor: [
            [len(table) for table in labels(flavor, ("Tax", "30.6", "32.5"))],
            [len(table) for table in labels(flavor, ("Net margin", "30.6%", "32.5%"))],
        ]
        for flavor in ("stream", "network", "hybrid")
    },
    recorded={"stream": [[5], [5]], "network": [[5], [4]], "hybrid": [[5], [4]]},
)
PY

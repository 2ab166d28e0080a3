#!/usr/bin/env bash
# pdf-oxide writes a table without lines as Markdown rows if it is alone on the page; with a line of prose below it,
# all labels come first, then each column.
#
# Hurts: figures can't be matched to labels on nearly every real page, because a blank cell leaves no trace; a test
# page with a table alone does not show it.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pdf-oxide==0.3.78
observe <<'PY'
from observation import compare, show_versions
from pdf import page

import pdf_oxide

show_versions("pdf-oxide")
ROWS = [
    ("USD millions", "2024", "2023"),
    ("Net sales", "1,234", "1,100"),
    ("Impairment", "", "56"),
    ("Net income", "300", "250"),
]
PROSE = "\nBT /F1 10 Tf 72 500 Td (Revenue rose in the year, since the pumps sold well.) Tj ET"
table = "\n".join(
    f"BT /F1 10 Tf 1 0 0 1 {72 if column == 0 else 330 + 80 * column - 5 * len(text)} {700 - 16 * line} Tm ({text}) Tj ET"
    for line, row in enumerate(ROWS)
    for column, text in enumerate(row)
    if text
)


def markdown(drawn: str) -> str:
    text = " ".join(pdf_oxide.PdfDocument.from_bytes(page(drawn)).to_markdown(0).split())
    return text[text.index("USD") :].removesuffix(" |")


compare(
    expected="the same table, and the sentence after it",
    seen={"table alone": markdown(table), "with prose below": markdown(table + PROSE)},
    recorded={
        "table alone": "USD millions | 2024 | 2023 | |---|---|---| | Net sales | 1,234 | 1,100 | | Impairment | | 56 |"
        " | Net income | 300 | 250",
        "with prose below": "USD millions Net sales Impairment Net income"
        " Revenue rose in the year, since the pumps sold well. 2024 2023 1,234 1,100 56 300 250",
    },
)
PY

#!/usr/bin/env bash
# pdfium takes a page that has only a close table for vertical text: each text object begins a new line of its text.
#
# Hurts: in files that a browser prints, words fall into letters and amounts into digits, on the last page of a table only.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2
observe <<'PY'
from observation import compare, show_versions
from pdf import page

import pypdfium2

show_versions("pypdfium2")
ROWS = [("Property", "Units"), *((f"Farrow Bay {number}", f"{97 + 13 * number}") for number in range(24))]


def table(more: str = "") -> bytes:
    """Draw each character in a text object of its own, as browsers do."""
    drawn = [
        f"BT /F1 10 Tf {left + 6 * place} {745 - 10 * line} Td ({character}) Tj ET"
        for line, row in enumerate(ROWS)
        for left, text in zip((36, 250), row)
        for place, character in enumerate(text)
        if character != " "
    ]
    return page("\n".join(drawn) + more)


def lines_of(file: bytes) -> int:
    return len(pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range().split("\r\n"))


prose = "\nBT /F1 10 Tf 36 100 Td (A line of prose at the foot of the same page.) Tj ET"
compare(
    expected=f"{len(ROWS)} lines for the table alone, and {len(ROWS) + 1} with a line of prose below",
    seen={"table alone": lines_of(table()), "with prose below": lines_of(table(prose))},
    recorded={"table alone": 336, "with prose below": 26},
)
PY

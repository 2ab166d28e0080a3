#!/usr/bin/env bash
# If text is drawn twice, a third of a point apart, to look bold, pypdf returns it twice and pdfplumber doubles each
# letter.
#
# Hurts: the bold "Total 100" of a statement is read as "Total 100Total 100" or as "TToottaall 110000".
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10
observe <<'PY'
from observation import compare, show_versions
from pdf import page, read

show_versions("pypdfium2", "pypdf", "pdfplumber")
line = "BT /F1 10 Tf {} 700 Td (Total 100) Tj ET"
compare(
    expected="Total 100",
    seen=read(page(f"{line.format(72)} {line.format(72.3)}")),
    recorded={"pdfium": "Total 100", "pypdf": "Total 100Total 100", "pdfplumber": "TToottaall 110000"},
)
PY

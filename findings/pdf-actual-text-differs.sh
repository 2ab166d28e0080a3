#!/usr/bin/env bash
# pdfium returns a PDF's replacement text (/ActualText) for a figure; pypdf and pdfplumber return what is drawn.
#
# Hurts: parsers return different figures for the same place, and pdfium does not return the figure that a person sees.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10
observe <<'PY'
from observation import compare, show_versions
from pdf import page, read

show_versions("pypdfium2", "pypdf", "pdfplumber")
file = page(
    "BT /F1 12 Tf 72 700 Td (Rate ) Tj /Span <</ActualText (6.50)>> BDC (6.25) Tj EMC ( percent) Tj ET"
)
compare(
    expected="all three agree",
    seen=read(file),
    recorded={"pdfium": "Rate 6.50 percent", "pypdf": "Rate 6.25 percent", "pdfplumber": "Rate 6.25 percent"},
)
PY

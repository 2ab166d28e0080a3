#!/usr/bin/env bash
# pdfium, pypdf and pdfplumber return the text of a layer that is switched off, which no viewer shows or prints.
#
# Hurts: a citation can quote a draft figure that its page does not show.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10
observe <<'PY'
import pypdfium2
from observation import compare, show_versions
from pdf import page, read

show_versions("pypdfium2", "pypdf", "pdfplumber")
file = page(
    "BT /F1 12 Tf 72 700 Td (Total 100) Tj ET /OC /Layer BDC BT /F1 12 Tf 72 600 Td (Draft 999) Tj ET EMC",
    properties="/Layer 6 0 R",
    more=("<</Type/OCG/Name(Draft)>>",),
    catalog="/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]/Order[6 0 R]>>>>",
)
compare(
    expected="Total 100",
    seen=read(file),
    recorded=dict.fromkeys(("pdfium", "pypdf", "pdfplumber"), "Total 100 Draft 999"),
)
drawn = pypdfium2.PdfDocument(file)[0].render().to_pil().convert("L")
compare(
    expected="pdfium draws the first line, but not the second",
    seen=[drawn.crop((0, 792 - y - 20, 612, 792 - y + 8)).getextrema()[0] < 128 for y in (700, 600)],
    recorded=[True, False],
)
PY

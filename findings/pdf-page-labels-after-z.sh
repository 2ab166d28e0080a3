#!/usr/bin/env bash
# pdfminer.six and pikepdf name a PDF's lettered pages after z like the columns of a spreadsheet: ab and ac instead of
# bb and cc, as ISO 32000-1 (12.4.2) requires; pypdf and pdfium follow the standard.
#
# Hurts: a citation of page "bb", as readers show it, is looked up among pages that the library calls "ab".
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdf==7.1.1 pdfminer.six==20260107 pikepdf==10.18.0 pypdfium2==5.15.2
observe 2>/dev/null <<'PY'
import io

import pikepdf
import pypdfium2
from observation import compare, show_versions
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pikepdf import Array, Dictionary, Name
from pypdf import PdfReader

show_versions("pypdf", "pdfminer.six", "pikepdf", "pypdfium2")
pdf = pikepdf.new()
for _ in range(30):
    pdf.add_blank_page()
pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.a)]))
saved = io.BytesIO()
pdf.save(saved)
content = saved.getvalue()
document = pypdfium2.PdfDocument(content)
labels = PDFDocument(PDFParser(io.BytesIO(content))).get_page_labels()
seen = {
    "pypdf": list(PdfReader(io.BytesIO(content)).page_labels),
    "pdfium": [document.get_page_label(index) for index in range(30)],
    "pdfminer": [next(labels) for _ in range(30)],
    "pikepdf": [page.label for page in pikepdf.open(io.BytesIO(content)).pages],
}
right, wrong = ["z", "aa", "bb", "cc"], ["z", "aa", "ab", "ac"]
compare(
    expected=f"pages 26 to 29 are {right}",
    seen={name: found[25:29] for name, found in seen.items()},
    recorded={"pypdf": right, "pdfium": right, "pdfminer": wrong, "pikepdf": wrong},
)
PY

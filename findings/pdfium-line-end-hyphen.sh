#!/usr/bin/env bash
# pdfium returns the hyphen of a word that is broken across two lines as U+FFFE or U+0002, depending on the function.
#
# Hurts: a search misses words that are broken across lines, and the texts and offsets of two functions differ.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2
observe <<'PY'
import pypdfium2
import pypdfium2.raw as pdfium
from observation import compare, show_versions
from pdf import page

show_versions("pypdfium2")
file = page("BT /F1 12 Tf 72 700 Td (to main-) Tj 0 -14 Td (tain 2024-) Tj 0 -14 Td (2025 ratios) Tj ET")
text = pypdfium2.PdfDocument(file)[0].get_textpage()
compare(
    expected="to main-tain or to maintain, and the same text from all three functions",
    seen=[
        text.get_text_range()[:12],
        text.get_text_bounded()[:12],
        "".join(chr(pdfium.FPDFText_GetUnicode(text, index)) for index in range(12)),
    ],
    recorded=["to main\ufffetain", "to main\x02tain", "to main\x02tain"],
)
compare(
    expected="the hyphen after figures is kept",
    seen=text.get_text_range()[13:],
    recorded="2024-\r\n2025 ratios",
)
PY

#!/usr/bin/env bash
# Five PDF readers join a whole number and the small fraction printed after it: a rate of 4 1/2% becomes "41/2%".
#
# Hurts: the coupon of 4.5 per cent is read as 41/2, which is 20.5.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdf==7.1.1 pdfminer.six==20260107 pdfplumber==0.11.10 pymupdf==2.0 pdf-oxide==0.3.78
observe 2>/dev/null <<'PY'
import io
from pathlib import Path

import pdf_oxide
import pdfplumber
import pymupdf
from observation import compare, show_versions
from pdf import page
from pdfminer.high_level import extract_text
from pypdf import PdfReader

show_versions("pypdf", "pdfminer.six", "pdfplumber", "pymupdf", "pdf-oxide")
# Bond documents print the fraction as small raised and lowered digits around a slash.
stream = "\n".join(
    f"BT /F1 {size} Tf 1 0 0 1 {left} {bottom} Tm ({text}) Tj ET"
    for left, bottom, size, text in (
        (72, 700, 10, "Senior Notes of 4"),
        (149.3, 703, 6, "1"),
        (152.6, 700, 8, "/"),
        (154.9, 699, 6, "2"),
        (158.2, 700, 10, "%"),
    )
)
content = page(stream)
Path("page.pdf").write_bytes(content)
reader = PdfReader(io.BytesIO(content)).pages[0]
seen = {
    "pypdf": reader.extract_text(),
    "pypdf, layout": reader.extract_text(extraction_mode="layout"),
    "pdfminer": extract_text(io.BytesIO(content)),
    "pdfplumber": pdfplumber.open(io.BytesIO(content)).pages[0].extract_text(),
    "pymupdf": pymupdf.open(stream=content)[0].get_text(sort=True),
    "pdf_oxide": pdf_oxide.PdfDocument("page.pdf").extract_text(0),
}
compare(
    expected="the 4 stands apart from the fraction",
    seen={name: "41/2" in text for name, text in seen.items()},
    recorded={
        "pypdf": True,
        "pypdf, layout": True,
        "pdfminer": True,
        "pdfplumber": True,
        "pymupdf": True,
        "pdf_oxide": True,
    },
)
PY

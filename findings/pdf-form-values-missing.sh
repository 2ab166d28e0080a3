#!/usr/bin/env bash
# The page texts of pdfium, pypdf and pdfplumber lack the values of form fields, although the page shows them.
#
# Hurts: the text of a compliance certificate that was filled in as a form has labels but no ratios.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10 reportlab==5.1.0
observe <<'PY'
import io
from pathlib import Path

import pypdf
from observation import compare, show_versions
from pdf import read
from reportlab.pdfgen.canvas import Canvas

show_versions("pypdfium2", "pypdf", "pdfplumber")
canvas = Canvas("certificate.pdf")
canvas.drawString(72, 700, "Leverage ratio:")
canvas.acroForm.textfield(name="ratio", value="3.25x", x=250, y=695, width=100, height=20)
canvas.save()
file = Path("certificate.pdf").read_bytes()
compare(
    expected="Leverage ratio: 3.25x",
    seen=read(file),
    recorded=dict.fromkeys(("pdfium", "pypdf", "pdfplumber"), "Leverage ratio:"),
)
compare(
    expected="the value, if the form fields are read separately",
    seen=pypdf.PdfReader(io.BytesIO(file)).get_form_text_fields(),
    recorded={"ratio": "3.25x"},
)
PY

#!/usr/bin/env bash
# pdfplumber returns the letters of text that runs up the page in reverse order; pdfium and pypdf return it right, and
# pdfplumber does so with text that runs down the page.
#
# Hurts: the amounts of a statement that is printed sideways are other numbers: 1,234 is read as 432,1 and 567 as 765.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10
observe <<'PY'
from observation import compare, show_versions
from pdf import page, read

show_versions("pypdfium2", "pypdf", "pdfplumber")
UP, DOWN = "0 1 -1 0 100 100", "0 -1 1 0 100 500"
compare(
    expected="Cash 1,234 in both directions",
    seen={name: read(page(f"BT/F1 10 Tf {to} Tm(Cash 1,234)Tj ET")) for name, to in {"up": UP, "down": DOWN}.items()},
    recorded={
        "up": {"pdfium": "Cash 1,234", "pypdf": "Cash 1,234", "pdfplumber": "432,1 hsaC"},
        "down": {"pdfium": "Cash 1,234", "pypdf": "Cash 1,234", "pdfplumber": "Cash 1,234"},
    },
)
PY

#!/usr/bin/env bash
# bm25s.tokenize drops words of one character, and so the digit before the decimal point in 5.25.
#
# Hurts: "Tranche A" and "Tranche B" are the same query, 5.25% and 6.25% are both "25", and a query for S&P is empty.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install bm25s==0.3.16
observe <<'PY'
import bm25s
from observation import compare, show_versions

show_versions("bm25s")


def words(text):
    return bm25s.tokenize(text, return_ids=False, show_progress=False)[0]


compare(
    expected="the letters of the two tranches are kept",
    seen=[words("Tranche A term loan"), words("Tranche B term loan")],
    recorded=[["tranche", "term", "loan"], ["tranche", "term", "loan"]],
)
compare(
    expected="the digits before the decimal points are kept",
    seen=[words("5.25% notes"), words("6.25% notes"), words("$1,234.5 million")],
    recorded=[["25", "notes"], ["25", "notes"], ["234", "million"]],
)
compare(
    expected="each query keeps all its words",
    seen=[words("S&P"), words("Form 10-K"), words("B+ rating")],
    recorded=[[], ["form", "10"], ["rating"]],
)
PY

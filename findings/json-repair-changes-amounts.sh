#!/usr/bin/env bash
# json_repair drops text next to a number if it cannot read that text: the sign, the scale, the unit and the fraction.
#
# Hurts: if a model writes (56), 5 million and 5 1/4 without quotes, 56, 5 and 5 are stored.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install json-repair==0.64.6
observe <<'PY'
import json_repair
from observation import compare, show_versions

show_versions("json-repair")
written = ["(56)", "5 million", "5 1/4", "12%", "1234 (unaudited)", "007", "1,234.5", "1.234,56"]
compare(
    expected="the text as it was written (as for 1,234.5), or an error",
    seen=[json_repair.loads(f'{{"amount": {amount}}}')["amount"] for amount in written],
    recorded=[56, 5, 5, 12, 1234, 7, "1,234.5", "1.234,56"],
)
PY

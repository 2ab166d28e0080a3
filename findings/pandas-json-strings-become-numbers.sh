#!/usr/bin/env bash
# pandas.read_json turns strings of digits into numbers, although JSON marks them as strings by quotes; an E in a
# security's CUSIP makes it a power of ten.
#
# Hurts: a company's CIK loses its leading zeros, and two securities have the same identifier, infinity.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pandas==3.1.1
observe <<'PY'
import io
import json

import pandas
from observation import compare, show_versions

show_versions("pandas")
rows = [{"cik": "0000001234", "cusip": "12345E508"}, {"cik": "0000056789", "cusip": "98765E409"}]
frame = pandas.read_json(io.StringIO(json.dumps(rows)))
compare(
    expected="the strings of the file",
    seen=frame.to_dict("list"),
    recorded={"cik": [1234, 56789], "cusip": [float("inf"), float("inf")]},
)
PY

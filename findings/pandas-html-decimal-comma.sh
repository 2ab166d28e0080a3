#!/usr/bin/env bash
# pandas.read_html removes every comma: a decimal comma multiplies the figure by ten or a hundred, without a warning.
#
# Hurts: a margin of "12,5" in a European filing is read as 125.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pandas==3.1.1 lxml==6.1.3
observe <<'PY'
import io

import pandas
from observation import compare, show_versions

show_versions("pandas")
table = """<table><tr><th>Margin</th><th>Spread</th><th>Change</th></tr>
<tr><td>12,5</td><td>7,25</td><td>(1,234)</td></tr><tr><td>8,0</td><td>7,50</td><td>(56)</td></tr></table>"""
(read,) = pandas.read_html(io.StringIO(table))
compare(
    expected="12.5 or the text 12,5; negative figures are read as numbers, or all columns stay text",
    seen=read.to_dict("list"),
    recorded={"Margin": [125, 80], "Spread": [725, 750], "Change": ["(1,234)", "(56)"]},
)
PY

#!/usr/bin/env bash
# edgartools: in the data frame of a filing's table, rows with a currency sign stay text while others become floats,
# and a dash becomes 0.0.
#
# Hurts: filings print the sign in the first row and in totals, so a sum or a plot of the column loses or refuses
# exactly those.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install edgartools==5.62.1
observe <<'PY'
from edgar.documents import HTMLParser
from observation import compare, show_versions

show_versions("edgartools")
page = """<html><body><p>ITEM 8. Financial Statements</p><table>
<tr><td></td><td colspan="2">2024</td></tr>
<tr><td>Net sales</td><td>$</td><td>1,234</td></tr>
<tr><td>Cost of sales</td><td></td><td>800</td></tr>
<tr><td>Impairment</td><td></td><td>&#8212;</td></tr>
<tr><td>Operating income</td><td>$</td><td>434</td></tr>
</table></body></html>"""
[table] = HTMLParser().parse(page).tables
frame = table.to_dataframe()
compare(
    expected="1234, 800, not reported or 0, 434: one type for the column",
    seen=[next(value for value in row if value != "") for row in frame.to_numpy().tolist()][-4:],
    recorded=["$1,234", 800.0, 0.0, "$434"],
)
PY

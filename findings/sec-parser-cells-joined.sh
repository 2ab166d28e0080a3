#!/usr/bin/env bash
# sec-parser: the text of a table's element has the cells of a row next to one another, with nothing between them.
#
# Hurts: 1,185 and 1,092 in neighbouring columns read as 1,1851,092, and the years as 20242023.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install sec-parser==0.58.1
observe <<'PY'
import sec_parser
from observation import compare, show_versions

show_versions("sec-parser")
page = """<html><body><div><p>Item 1. Financial Statements</p></div><div><table>
<tr><td></td><td>2024</td><td>2023</td></tr>
<tr><td>Cost of sales</td><td>1,185</td><td>1,092</td></tr>
<tr><td>Gross profit</td><td>415</td><td>398</td></tr>
</table></div></body></html>"""
elements = sec_parser.Edgar10QParser().parse(page)
compare(
    expected="a blank, tab or line end between the cells",
    seen=[element.text for element in elements if type(element).__name__ == "TableElement"],
    recorded=["20242023\nCost of sales1,1851,092\nGross profit415398"],
)
PY

#!/usr/bin/env bash
# lxml.html stops at elements nested 256 deep or at an attribute of 10 MB and drops the rest of the page without an
# error.
#
# Hurts: if a filing has an embedded picture of 10 MB, all text after the picture is missing.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install lxml==6.1.3
observe <<'PY'
from lxml import etree, html
from observation import compare, show_versions

show_versions("lxml")
statement = "<p>Net income 5</p>"


def deep(levels):
    return f"<html><body>{statement}{'<div>' * levels}Debt 7{'</div>' * levels}</body></html>"


picture = f'<html><body>{statement}<img src="data:{"A" * 10_500_000}"><p>Debt 7</p></body></html>'
compare(
    expected="Net income 5Debt 7 for all three pages, or an error",
    seen=[html.fromstring(text).text_content() for text in (deep(250), deep(300), picture)],
    recorded=["Net income 5Debt 7", "Net income 5", "Net income 5"],
)
large = html.HTMLParser(huge_tree=True)
compare(
    expected="the whole text with huge_tree",
    seen=[html.fromstring(text, parser=large).text_content() for text in (deep(300), picture)],
    recorded=["Net income 5Debt 7", "Net income 5Debt 7"],
)
PY

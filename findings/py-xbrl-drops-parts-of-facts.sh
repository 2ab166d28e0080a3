#!/usr/bin/env bash
# py-xbrl drops the outer of two facts that share one figure, and reads a text only to its first ix:continuation, which
# filers use at page breaks.
#
# Hurts: if a filer tags one figure as net income and as profit, one of them is missing; a note on debt lacks all of its
# pages but the first.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install py-xbrl==3.0.3
observe <<'PY'
from pathlib import Path

from inline_xbrl import SCHEMA, filing
from observation import compare, show_versions
from xbrl.cache import HttpCache
from xbrl.instance import XbrlParser

show_versions("py-xbrl")
OF_AMOUNT = 'contextRef="year" unitRef="usd" decimals="-6" scale="6" format="ixt:num-dot-decimal"'
body = f"""<p><ix:nonFraction name="ex:NetIncome" {OF_AMOUNT}><ix:nonFraction name="ex:Profit" {OF_AMOUNT}>77
</ix:nonFraction></ix:nonFraction></p>
<div><ix:nonNumeric name="ex:DebtNote" contextRef="year" continuedAt="rest">The notes are secured.</ix:nonNumeric></div>
<hr/><div><ix:continuation id="rest">They fall due in 2026.</ix:continuation></div>"""
Path("schema.xsd").write_text(SCHEMA)
Path("filing.htm").write_text(filing(body))
facts = XbrlParser(HttpCache("cache")).parse_instance(str(Path("filing.htm").absolute())).facts
compare(
    expected="77000000.0 for NetIncome and for Profit, and both sentences of the note",
    seen={fact.concept.name: fact.value for fact in facts},
    recorded={"Profit": 77000000.0, "DebtNote": "The notes are secured."},
)
PY

#!/usr/bin/env bash
# py-xbrl rounds each amount above one million of an inline XBRL filing to a whole number; smaller amounts keep their
# decimals.
#
# Hurts: 1,234,567.89 loses its cents, although the fact still states two decimals, so a sum that the filing proves
# does not add up.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install py-xbrl==3.0.3
observe <<'PY'
from pathlib import Path

from inline_xbrl import SCHEMA, filing
from observation import compare, show_versions
from xbrl.cache import HttpCache
from xbrl.instance import XbrlParser

show_versions("py-xbrl")
amounts = ["900,000.25", "1,234,567.89"]
facts = [
    '<p><ix:nonFraction name="ex:NetIncome" contextRef="year" unitRef="usd" decimals="2" format="ixt:num-dot-decimal">'
    f"{amount}</ix:nonFraction></p>"
    for amount in amounts
]
Path("schema.xsd").write_text(SCHEMA)
Path("filing.htm").write_text(filing("".join(facts)))
parsed = XbrlParser(HttpCache("cache")).parse_instance(str(Path("filing.htm").absolute())).facts
compare(
    expected="900000.25 and 1234567.89",
    seen=[(fact.value, fact.decimals) for fact in parsed],
    recorded=[(900000.25, 2), (1234568.0, 2)],
)
PY

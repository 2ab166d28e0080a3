#!/usr/bin/env bash
# price-parser reads a point before three digits as a mark of thousands, even after a comma has marked them, and drops
# a minus sign.
#
# Hurts: a share price of $5.250 becomes 5,250, $1,234.567 becomes 1,234,567, and a loss of $56 a gain.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install price-parser==0.5.1
observe <<'PY'
from observation import compare, show_versions
from price_parser import Price

show_versions("price-parser")
texts = ("US$5.250", "$1,234.567", "$1,234.56", "-$56")
compare(
    expected="5.250, 1234.567, 1234.56, -56",
    seen={text: str(Price.fromstring(text).amount) for text in texts},
    recorded={"US$5.250": "5250", "$1,234.567": "1234567", "$1,234.56": "1234.56", "-$56": "56"},
)
PY

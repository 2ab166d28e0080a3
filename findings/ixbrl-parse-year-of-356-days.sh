#!/usr/bin/env bash
# ixbrl-parse counts a year as 356 days and a month as 30 when it reads a duration, and converts back by the same
# numbers.
#
# Hurts: a term of one year becomes 11 months and 26 days, twelve months become a year and four days, and 18 months gain
# four days.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install ixbrl-parse==0.11.0 lxml==6.1.3
observe <<'PY'
import io

from inline_xbrl import filing
from lxml import etree
from observation import compare, show_versions

from ixbrl_parse.ixbrl import parse

show_versions("ixbrl-parse")


def duration(rule: str, text: str) -> str:
    fact = f'<p><ix:nonNumeric name="ex:Term" contextRef="year" format="ixt-sec:{rule}">{text}</ix:nonNumeric></p>'
    [value] = parse(etree.parse(io.BytesIO(filing(fact).encode()))).values.values()
    return str(value.to_value())


compare(
    expected="P1Y, P1Y or P12M, P365D, P1Y6M or P18M, P10Y",
    seen={
        "one year": duration("durwordsen", "one year"),
        "twelve months": duration("durwordsen", "twelve months"),
        "365 days": duration("durday", "365"),
        "18 months": duration("durmonth", "18"),
        "10 years": duration("duryear", "10"),
    },
    recorded={
        "one year": "P11M26D",
        "twelve months": "P1Y4D",
        "365 days": "P1Y9D",
        "18 months": "P1Y6M4D",
        "10 years": "P10Y",
    },
)
PY

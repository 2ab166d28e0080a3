#!/usr/bin/env bash
# ixbrl-parse keeps only the last of several facts with the same concept and context, although they differ in currency
# or precision.
#
# Hurts: of a profit that is reported in euros and translated into dollars, only one amount is left; a rounded figure
# in the text replaces the exact one of the statement.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install ixbrl-parse==0.11.0 lxml==6.1.3
observe <<'PY'
import io

from inline_xbrl import filing
from lxml import etree
from observation import compare, show_versions

from ixbrl_parse.ixbrl import parse

show_versions("ixbrl-parse")


def fact(amount: str, unit: str, decimals: int) -> str:
    return (
        f'<p><ix:nonFraction name="ex:NetIncome" contextRef="year" unitRef="{unit}" decimals="{decimals}" scale="6"'
        f' format="ixt:num-dot-decimal">{amount}</ix:nonFraction></p>'
    )


def amounts(*facts: str) -> list[str]:
    return [str(value.to_value()) for value in parse(etree.parse(io.BytesIO(filing("".join(facts)).encode()))).values.values()]


compare(
    expected="two amounts in each case",
    seen={
        "two currencies": amounts(fact("500", "eur", -6), fact("541", "usd", -6)),
        "exact and rounded": amounts(fact("541.27", "usd", -4), fact("500", "usd", -8)),
    },
    recorded={"two currencies": ["541000000.0 (USD)"], "exact and rounded": ["500000000.0 (USD)"]},
)
PY

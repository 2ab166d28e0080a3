#!/usr/bin/env bash
# num2words takes a whole number of a currency for cents, if it is an int; the same amount as a Decimal, a float or a
# string is in full units.
#
# Hurts: a loan of 50,000,000 is written as "five hundred thousand dollars", a hundredth of it.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install num2words==0.5.14
observe <<'PY'
from decimal import Decimal

from num2words import num2words
from observation import compare, show_versions

show_versions("num2words")
amounts = [50_000_000, Decimal(50_000_000), "50000000"]
compare(
    expected="fifty million dollars, zero cents from each",
    seen=[num2words(amount, to="currency", currency="USD") for amount in amounts],
    recorded=[
        "five hundred thousand dollars, zero cents",
        "fifty million dollars, zero cents",
        "fifty million dollars, zero cents",
    ],
)
PY

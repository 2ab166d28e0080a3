#!/usr/bin/env bash
# Pydantic reads a JSON number into a Decimal field through a float: digits after the sixteenth are lost or invented.
#
# Hurts: 12345678901234567.89 loses its cents without an error; only an amount in quotes is exact.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pydantic==2.14.4
observe <<'PY'
from decimal import Decimal

from observation import compare, show_versions
from pydantic import BaseModel

show_versions("pydantic", "pydantic-core")


class Payment(BaseModel):
    amount: Decimal


def read(text):
    return str(Payment.model_validate_json(f'{{"amount": {text}}}').amount)


compare(
    expected="every digit is kept, with and without quotes",
    seen=[read("12345678901234567.89"), read("1.10"), read('"12345678901234567.89"'), read('"1.10"')],
    recorded=["12345678901234568", "1.1", "12345678901234567.89", "1.10"],
)
PY

#!/usr/bin/env bash
# FastAPI sends a Decimal as a string from a typed endpoint, and as a float from one without a return type.
#
# Hurts: one amount has two types in one API, and the untyped endpoint loses its last digits.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install fastapi==0.163.2 httpx2==2.16.2
observe <<'PY'
from decimal import Decimal

from fastapi import FastAPI
from fastapi.testclient import TestClient
from observation import compare, show_versions
from pydantic import BaseModel

show_versions("fastapi")
app = FastAPI()


class Payment(BaseModel):
    amount: Decimal


@app.get("/typed")
def typed() -> Payment:
    return Payment(amount=Decimal("12345678901234567.89"))


@app.get("/untyped")
def untyped():
    return {"amount": Decimal("12345678901234567.89")}


client = TestClient(app)
compare(
    expected="both endpoints return the same JSON",
    seen=[client.get(path).text for path in ("/typed", "/untyped")],
    recorded=['{"amount":"12345678901234567.89"}', '{"amount":1.2345678901234568e+16}'],
)
PY

"""`footnote formula`: the value with its facts, what is missing, JSON, and its messages."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import build_cli
from app.client.api import ApiClient

Call = Callable[..., "subprocess.CompletedProcess[str]"]
USED = {
    "name": "Revenue",
    "period": "FY2031",
    "sign": 1,
    "fact": {"value": "1250", "currency": "USD", "document_title": "Report [2031]", "place": {"page": 7}},
}
RESULT = {
    "period": "FY2031",
    "value": "0.4169",
    "unit": "percent",
    "text": "41.7%",
    "confidence": 0.97,
    "problem": None,
    "inputs": [USED],
    "assumed": [{"name": "Goodwill", "period": "FY2031"}],
    "notes": ["Revenue for FY2031 was restated."],
}
AMOUNT = RESULT | {"value": "300000000", "unit": "money", "text": "USD 300.0 million"}
DECLINED = RESULT | {
    "problem": {"code": "missing-input", "detail": "Missing: Inventories (FY2031)."},
    "value": None,
    "text": None,
    "notes": ["Inventories is reported for FY2030."],
}


def answer(request: httpx.Request) -> httpx.Response:
    """Answer like an API that echoes the request: an amount for Revenue, and no value for CCC."""
    body = json.loads(request.content)
    result = {"CCC": DECLINED, "Revenue": AMOUNT}.get(body["expression"], RESULT)
    return httpx.Response(
        200, json={"issuer": "Juniper", "formula": body["expression"], "results": [result], "in": body}
    )


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs `footnote formula Juniper` with arguments."""

    def open_client(**_: object) -> ApiClient:
        return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

    monkeypatch.setattr("app.commands.calling.open_client", open_client)

    def run(*arguments: str) -> Any:
        words = ["formula", "Juniper", *arguments]
        return CliRunner().invoke(build_cli(words), words)

    return run


def test_value_is_shown_with_its_facts_and_what_was_assumed(call: Call) -> None:
    shown = call("gross margin")
    assert shown.exit_code == 0
    for words in ("Juniper: gross margin", "FY2031: 41.7%", "Report [2031]", "Goodwill (FY2031)", "was restated"):
        assert words in shown.stdout


def test_formula_without_value_names_what_is_missing(call: Call) -> None:
    shown = call("CCC").stdout
    assert "FY2031: no value. Missing: Inventories (FY2031)." in shown
    assert "Inventories is reported for FY2030." in shown


def test_amount_is_shown_rounded_with_all_digits_beside_it(call: Call) -> None:
    shown = call("Revenue").stdout
    assert "FY2031: USD 300.0 million (exactly 300,000,000, confidence 0.97)" in shown
    assert "USD 1,250" in shown


def test_options_are_sent(call: Call) -> None:
    options = ("--period", "FY2031", "--period", "Q2 2031", "--define", "X = a / b", "--places", "2", "--percent")
    sent = json.loads(call("X", *options, "--json").stdout)["in"]
    assert sent == {
        "issuer": "Juniper",
        "expression": "X",
        "periods": ["FY2031", "Q2 2031"],
        "definitions": [{"name": "X", "expression": "a / b"}],
        "places": 2,
        "scale": None,
        "percent": True,
    }


def test_definition_without_equals_sign_is_refused(call: Call) -> None:
    assert call("X", "--define", "nonsense").exit_code == 2

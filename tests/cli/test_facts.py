"""`footnote facts`: statements as text, JSON, CSV and XLSX, and its messages."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import build_cli
from app.client.api import ApiClient

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def figure(value: str, **changes: object) -> dict[str, object]:
    plain = {"value": value, "measure": "money", "scale": 6, "currency": "USD", "restated": False, "others": []}
    return plain | changes


STATEMENTS = {
    "issuer": "Juniper [Tools], Inc.",
    "unread_documents": 2,
    "statements": [
        {
            "statement": "income-statement",
            "columns": [{"fiscal_part": "FY", "fiscal_year": 2031}, {"fiscal_part": "FY", "fiscal_year": 2030}],
            "rows": [
                {
                    "label": "Net sales",
                    "label_path": ["Net sales"],
                    "dimensions": [],
                    "figures": [figure("4210000000"), figure("3985500000", restated=True)],
                },
                {
                    "label": "Basic",
                    "label_path": ["Per share", "Basic"],
                    "dimensions": [{"axis": "class", "member": "A"}],
                    "figures": [figure("2.470", measure="per-share", scale=0, others=[figure("2.48")]), None],
                },
            ],
        },
        {"statement": "equity", "columns": [], "rows": []},
    ],
}


def answer(request: httpx.Request) -> httpx.Response:
    """Answer like an API with the statements of one issuer."""
    if request.url.raw_path.split(b"?")[0] != b"/v1/issuers/juniper%20a%20s/statements":
        problem = {"code": "issuer-not-found", "detail": "There is no issuer with this name.", "status": 404}
        return httpx.Response(404, json=problem)
    asked = request.url.params
    if asked.get("format") is not None:
        return httpx.Response(200, text=f"{asked['format']} {asked['periods']} {asked.get_list('statement')}")
    return httpx.Response(200, json=STATEMENTS)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs `footnote facts` with options."""

    def open_client(**_: object) -> ApiClient:
        return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

    monkeypatch.setattr("app.commands.calling.open_client", open_client)

    def run(*options: str) -> Any:
        words = ["facts", *options]
        return CliRunner().invoke(build_cli(words), words)

    return run


def test_statements_are_printed_in_their_usual_scale(call: Call) -> None:
    lines = [line.split() for line in call("Juniper A/S").stdout.splitlines()]
    assert lines[:5] == [
        ["Juniper", "[Tools],", "Inc.:", "income-statement,", "USD", "millions"],
        ["FY", "2031", "FY", "2030"],
        ["Net", "sales", "4,210", "3,985.5*"],
        ["Per", "share"],
        ["Basic", "[A]", "2.470≠"],
    ]
    rest = call("Juniper A/S").stdout
    assert "restated" in rest
    assert "another figure as well" in rest
    assert "2 documents were published by an older version" in rest
    assert "equity" not in rest


def test_statements_are_printed_as_json(call: Call) -> None:
    assert json.loads(call("Juniper A/S", "--json").stdout) == STATEMENTS


def test_statements_are_written_to_files(call: Call, tmp_path: Path) -> None:
    csv, xlsx = tmp_path / "a.csv", tmp_path / "a.xlsx"
    options = ["--statement", "equity", "--statement", "debt", "--periods", "quarterly"]
    done = call("Juniper A/S", *options, "--csv", str(csv), "--xlsx", str(xlsx), "--json")
    assert json.loads(done.stdout) == {"written": [str(csv), str(xlsx)]}
    assert csv.read_text() == "csv quarterly ['equity', 'debt']"
    assert xlsx.read_text().startswith("xlsx")


def test_unknown_issuer_and_folder_are_reported(call: Call) -> None:
    done = call("Nobody", "--json")
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, "issuer-not-found")
    done = call("Juniper A/S", "--csv", "/no/such/folder/x.csv")
    assert done.exit_code == 2
    assert "there is no folder" in done.output

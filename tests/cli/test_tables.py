"""`footnote tables`: lists, one table as text, JSON, CSV and XLSX, and its messages."""

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
LISTED = {
    "number": 2,
    "pages": [4, 5],
    "rows": 2,
    "columns": 2,
    "title": "Debt [by year]",
    "units_line": "(in millions)",
}
CSV = ',2031\r\nNotes,"1,250"\r\n'


def answer(request: httpx.Request) -> httpx.Response:
    """Answer like an API with one document, whose table 2 has two rows, one per response."""
    asked = request.url.params
    if request.url.path.endswith("/tables"):
        matches = asked.get("q") in (None, "debt") and asked.get("page") in (None, "4")
        return httpx.Response(200, json={"items": [LISTED] if matches else [], "next_cursor": None})
    if not request.url.path.endswith("/tables/2"):
        problem = {"code": "table-not-found", "detail": "The document has no table with this number.", "status": 404}
        return httpx.Response(404, json=problem)
    if asked.get("format") == "csv":
        return httpx.Response(200, text=CSV)
    if asked.get("format") == "xlsx":
        return httpx.Response(200, content=b"PK a workbook")
    row = int(asked.get("first_row", "0"))
    cells = [{"row": row, "text": ("2031", "1,250")[row]}]
    return httpx.Response(200, json=LISTED | {"cells": cells, "next_row": 1 if row == 0 else None})


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs `footnote tables document` with options."""

    def open_client(**_: object) -> ApiClient:
        return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

    monkeypatch.setattr("app.commands.calling.open_client", open_client)

    def run(*options: str) -> Any:
        words = ["tables", "d1", *options]
        return CliRunner().invoke(build_cli(words), words)

    return run


def test_list_shows_numbers_pages_sizes_and_titles(call: Call) -> None:
    shown = call()
    assert shown.exit_code == 0
    assert shown.stdout.split("\n")[1].split() == [
        "2",
        "4,",
        "5",
        "2",
        "×",
        "2",
        "Debt",
        "[by",
        "year]",
        "(in",
        "millions)",
    ]
    assert json.loads(call("--json").stdout) == {"tables": [LISTED]}
    assert "Debt" in call("--page", "4", "--title", "debt").stdout
    assert "There are no such tables" in call("--title", "cash").stdout


def test_table_is_printed_in_rows_and_columns(call: Call) -> None:
    lines = [line.split() for line in call("--number", "2").stdout.strip().split("\n")]
    assert lines == [["Debt", "[by", "year]"], ["(in", "millions)"], ["2031"], ["Notes", "1,250"]]
    table = json.loads(call("--number", "2", "--json").stdout)["table"]
    assert [cell["text"] for cell in table["cells"]] == ["2031", "1,250"]
    assert table["next_row"] is None


def test_table_is_written_to_files(call: Call, tmp_path: Path) -> None:
    csv, xlsx = tmp_path / "debt.csv", tmp_path / "debt.xlsx"
    done = call("--number", "2", "--csv", str(csv), "--xlsx", str(xlsx))
    assert done.exit_code == 0
    assert (csv.read_bytes().decode(), xlsx.read_bytes()) == (CSV, b"PK a workbook")
    again = call("--number", "2", "--csv", str(csv), "--json")
    assert json.loads(again.stdout) == {"written": [str(csv)]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--csv", "x.csv"], "give the --number"),
        (["--number", "2", "--csv", "/no/such/folder/x.csv"], "there is no folder /no/such/folder"),
        (["--number", "2", "--page", "1"], "--number is for one table"),
    ],
)
def test_options_that_do_not_fit_are_a_usage_error(call: Call, options: list[str], message: str) -> None:
    done = call(*options)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_absent_table_is_reported_with_its_code(call: Call) -> None:
    done = call("--number", "3")
    assert (done.exit_code, "(table-not-found)" in done.stderr) == (1, True)

"""What `footnote review` and `footnote changes` send and print."""

import json

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import build_cli
from app.client.api import ApiClient

TASK_ID, DOCUMENT = "0190a5a0-0000-7000-8000-000000000001", "0190a5a0-0000-7000-8000-000000000002"
TASK = {
    "id": TASK_ID,
    "state": "open",
    "document": {"id": DOCUMENT, "title": "Credit agreement of Juniper Holdings " * 4},
    "schema": {"key": "credit-agreement", "title": "Credit agreement"},
    "priority": 12.5,
    "fields_total": 222,
    "fields_open": 111,
}
CHANGE = {
    "id": "c1",
    "kind": "field.approved",
    "document_id": DOCUMENT,
    "object_id": "f1",
    "at": "2026-11-30T12:00:05.5Z",
    "data": {"task_id": TASK_ID, "key": "governing_law", "revision": 3},
}
LEARNT = {
    "field_id": "f1",
    "document_title": "10-K FY2025",
    "made_at": "2026-11-30T12:00:05Z",
    "lessons": [
        {"label": "Net turnover", "item_title": "Revenue", "is_item": True},
        {"label": "Gross sales", "item_title": "Revenue", "is_item": False},
    ],
}
ANSWERS = {
    ("GET", "/v1/review/tasks"): {"items": [TASK], "next_cursor": None},
    ("POST", "/v1/review/tasks"): TASK,
    ("GET", "/v1/exports"): {"items": [], "columns": []},
    ("GET", "/v1/review/learnt"): {"items": [LEARNT]},
    ("POST", "/v1/review/learnt/f1/withdrawal"): {**LEARNT, "withdrawn_at": "2026-12-01T08:00:00Z"},
    ("GET", "/v1/changes"): {"items": [CHANGE], "cursor": "abc", "has_more": False},
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs a command against `ANSWERS`, and returns its result and the requests."""

    def call(*words: str):
        sent: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(201, json=ANSWERS[request.method, request.url.path])

        def open_client(**_: object) -> ApiClient:
            return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

        monkeypatch.setattr("app.commands.calling.open_client", open_client)
        return CliRunner().invoke(build_cli([*words]), [*words]), sent

    return call


def test_list_of_tasks_fits_eighty_columns(run):
    shown, _ = run("review", "list")
    lines = shown.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == f"{TASK_ID}  open, 111 of 222 fields open, risk 12.50"
    assert lines[1].startswith("  credit-agreement: Credit agreement of Juniper Holdings")


def test_task_is_opened_for_a_document(run):
    shown, (request,) = run("review", "open", DOCUMENT, "contract")
    assert json.loads(request.content) == {"document_id": DOCUMENT, "schema": "contract"}
    assert shown.stdout == f"{TASK_ID}\n  Its fields are being read.\n"


def test_export_is_printed_or_written(run, tmp_path):
    shown, (request,) = run("review", "export", "--schema", "contract", "--only-approved", "--json")
    assert dict(request.url.params) == {
        "schema": "contract", "format": "json", "layout": "grid", "only_approved": "true",
    }  # fmt: skip
    assert json.loads(shown.stdout) == ANSWERS["GET", "/v1/exports"]
    out = tmp_path / "fields.xlsx"
    shown, (request,) = run("review", "export", "--document", DOCUMENT, "--format", "xlsx", "--out", str(out))
    assert json.loads(out.read_bytes()) == ANSWERS["GET", "/v1/exports"]
    assert request.url.params["document_id"] == DOCUMENT
    shown, _ = run("review", "export", "--format", "xlsx")
    assert (shown.exit_code, "--out" in shown.output) == (2, True)


def test_lessons_are_listed_and_withdrawn(run):
    shown, _ = run("review", "learnt")
    assert shown.stdout.splitlines() == [
        "f1  2026-11-30",
        "  10-K FY2025",
        "  “Net turnover” is Revenue",
        "  “Gross sales” is not Revenue",
    ]
    shown, (request,) = run("review", "learnt", "--withdraw", "f1")
    assert (request.method, request.url.path) == ("POST", "/v1/review/learnt/f1/withdrawal")
    assert shown.stdout.startswith("f1  2026-11-30, withdrawn 2026-12-01")


def test_changes_are_listed_with_the_cursor_to_continue(run):
    shown, (request,) = run("changes", "--after", "xyz", "--kind", "field.approved")
    assert request.url.params.multi_items() == [("after", "xyz"), ("kind", "field.approved"), ("limit", "50")]
    assert shown.stdout.splitlines() == [
        "2026-11-30T12:00:05  field.approved  governing_law, revision 3",
        f"  document {DOCUMENT}",
        "Continue with --after abc",
    ]
    shown, _ = run("changes", "--json")
    assert json.loads(shown.stdout)["cursor"] == "abc"

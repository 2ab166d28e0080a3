"""The editors' desk over HTTP and from the command line: claim, decide with If-Match, history, and the state before."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli import build_cli
from app.core.pagination import encode_cursor
from app.core.principal import Role
from app.db.session import system_principal
from tests.api.review_objects import create_schema, create_task


@pytest.fixture
def task(server, editor):
    """An open task with the unread field `law`, in a schema of its own."""
    uploaded = editor.upload(editor.collection())
    key = create_schema(server.database, editor.tenant_id, editor.id)
    ids = (UUID(uploaded["document"]["id"]), UUID(uploaded["version"]["id"]))
    task_id, field_id = create_task(server.database, editor.tenant_id, *ids, key)
    return {"id": str(task_id), "field": str(field_id), "schema": key, "document": str(ids[0]), "version": str(ids[1])}


def test_editor_claims_decides_and_reads_what_was_before(editor, task):
    claimed = editor.http.post("/v1/review/tasks/claim-next", json={"schema": task["schema"]}).json()["task"]
    assert (claimed["id"], claimed["claim"]["is_mine"]) == (task["id"], True)
    path = f"/v1/review/fields/{task['field']}"
    seen = editor.http.get(path)
    before = datetime.now(UTC).isoformat()
    decision = {"action": "correct", "text": "Ohio", "claim_token": claimed["claim"]["token"]}
    assert editor.http.post(f"{path}/revisions", json=decision).status_code == 428
    made = editor.http.post(f"{path}/revisions", json=decision, headers={"If-Match": seen.headers["ETag"]})
    assert (made.status_code, made.json()["status"], made.json()["in_force"]["printed"]) == (201, "approved", "Ohio")
    outdated = editor.http.post(f"{path}/revisions", json=decision, headers={"If-Match": seen.headers["ETag"]})
    assert (outdated.status_code, outdated.json()["code"]) == (412, "precondition-failed")
    history = editor.http.get(f"{path}/revisions").json()["items"]
    assert [(each["action"], each["printed"]) for each in history] == [("propose", None), ("correct", "Ohio")]
    then = editor.http.get(f"/v1/review/tasks/{task['id']}/fields", params={"as_of": before}).json()["items"]
    assert [(each["status"], each["in_force"]) for each in then] == [("proposed", None)]
    assert editor.http.get(f"/v1/review/tasks/{task['id']}").json()["state"] == "done"


def test_wrong_values_are_rejected_with_a_sentence(editor, task):
    path = f"/v1/review/fields/{task['field']}/revisions"
    for body, code in (
        ({"action": "correct"}, "decision-invalid"),
        ({"action": "correct", "value": {"kind": "date", "day": "2026-01-01"}}, "field-value-invalid"),
        ({"action": "propose"}, "invalid-request"),
    ):
        answer = editor.http.post(path, json=body, headers={"If-Match": "*"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] in (code, "invalid-input"), answer.text


def test_unknown_schema_is_an_error_and_no_empty_list(editor, task):
    for path in (
        "exports",
        "review/tasks",
        "review/mistakes",
        "review/corrections",
        "review/progress",
        "review/agreement",
    ):
        for key, status in (("no-such-schema", 404), (task["schema"], 200), ("notes-offering", 200)):
            found = editor.http.get(f"/v1/{path}", params={"schema": key})
            assert found.status_code == status, path
            assert status == 200 or found.json()["code"] == "schema-not-found"
    for path, body in (("tasks/claim-next", {}), ("bulk-approvals/preview", {"min_confidence": 0.9})):
        found = editor.http.post(f"/v1/review/{path}", json={"schema": "no-such-schema", **body})
        assert (found.status_code, found.json()["code"]) == (404, "schema-not-found")


def test_key_of_a_schema_that_is_not_valid_is_explained_in_words(editor):
    found = editor.http.post("/v1/schemas", json={"key": "Fee Letter", "definition": {"properties": {}}})
    assert (found.status_code, found.json()["code"]) == (422, "invalid-input")
    assert "small letters, digits" in found.text
    assert "63}" not in found.text


def test_bulk_preview_warns_and_approval_needs_its_digest(editor, task):
    body = {"min_confidence": 0.9, "schema": task["schema"]}
    preview = editor.http.post("/v1/review/bulk-approvals/preview", json=body).json()
    assert (preview["approved"], preview["warning"], preview["skipped"]) == (0, None, {"unread": 1})
    wrong = editor.http.post("/v1/review/bulk-approvals", json=body | {"digest": "0" * 64})
    assert (wrong.status_code, wrong.json()["code"]) == (412, "bulk-changed")
    right = editor.http.post("/v1/review/bulk-approvals", json=body | {"digest": preview["digest"]})
    assert (right.status_code, right.json()) == (201, {"bulk": None})


def test_command_line_lists_claims_and_decides(server, editor, task):
    def run(*arguments):
        options = ["--url", server.url, "--key", editor.key, "--json"]
        ended = CliRunner().invoke(build_cli(["review"]), ["review", *arguments, *options])
        assert ended.exit_code == 0, ended.output
        return json.loads(ended.stdout)

    assert [each["id"] for each in run("list", "--schema", task["schema"])["tasks"]] == [task["id"]]
    claimed = run("next", "--schema", task["schema"])
    assert [each["key"] for each in claimed["fields"]] == ["law"]
    assert run("decide", task["id"], "law", "correct", "--value", "Ohio")["in_force"]["printed"] == "Ohio"
    shown = run("show", task["id"])
    assert (shown["task"]["state"], shown["fields"][0]["status"]) == ("done", "approved")
    assert run("next", "--schema", task["schema"])["task"] is None


def test_command_line_asks_for_the_value_of_a_correction(server, editor, task):
    options = ["--url", server.url, "--key", editor.key]
    ended = CliRunner().invoke(build_cli(["review"]), ["review", "decide", task["id"], "law", "correct", *options])
    assert ended.exit_code == 2
    assert "--value" in ended.output


def test_approver_role_is_given_by_administrators(server, admin):
    body = {"email": "cleo@example.com", "name": "Cleo", "roles": ["approver"]}
    made = admin.http.post("/v1/users", json=body)
    assert (made.status_code, made.json()["roles"]) == (201, ["approver"])
    approver = server.user(admin.tenant_id, Role.APPROVER)
    assert {"review:write", "review:approve"} <= {*approver.http.get("/v1/me").json()["permissions"]}


def test_fields_of_a_document_are_listed_by_schema(server, editor, task):
    path = f"/v1/documents/{task['document']}/fields"
    assert editor.http.get(path).json() == {"items": [], "next_cursor": None}, "it is not searchable yet"
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        publish = "UPDATE documents SET current_version_id = :version WHERE id = :id"
        session.execute(text(publish), {"version": task["version"], "id": task["document"]})
    other = create_schema(
        server.database, editor.tenant_id, editor.id, {"title": "Two", "properties": {"a": {"type": "string"}}}
    )
    ids = (UUID(task["document"]), UUID(task["version"]))
    create_task(server.database, editor.tenant_id, *ids, other)
    shown = editor.http.get(path)
    assert {(each["schema"]["key"], each["key"]) for each in shown.json()["items"]} == {
        (task["schema"], "law"),
        (other, "a"),
    }
    assert {each["version_id"] for each in shown.json()["items"]} == {task["version"]}
    unchanged = editor.http.get(path, headers={"If-None-Match": shown.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    first = editor.http.get(path, params={"limit": 1}).json()
    rest = editor.http.get(path, params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert first["items"] + rest["items"] == shown.json()["items"]
    assert rest["next_cursor"] is None
    (one,) = editor.http.get(path, params={"schema": task["schema"]}).json()["items"]
    decision = {"action": "correct", "text": "Ohio"}
    editor.http.post(f"/v1/review/fields/{one['id']}/revisions", json=decision, headers={"If-Match": "*"})
    changed = editor.http.get(path, headers={"If-None-Match": shown.headers["ETag"]})
    assert changed.status_code == 200
    assert [each["in_force"]["printed"] for each in changed.json()["items"] if each["in_force"]] == ["Ohio"]
    cursors = ("x", encode_cursor(f"{task['id']} {10**12}"))
    for params, code in (
        ({"schema": "none"}, "schema-not-found"),
        *(({"cursor": each}, "invalid-cursor") for each in cursors),
    ):
        assert editor.http.get(path, params=params).json()["code"] == code
    stranger = server.user(editor.tenant_id, Role.APPROVER).http.get(path)
    absent = editor.http.get(f"/v1/documents/{uuid4()}/fields")
    assert (stranger.status_code, stranger.json()["code"]) == (404, absent.json()["code"])

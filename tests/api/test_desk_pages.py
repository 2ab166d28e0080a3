"""Pages beside the queue, as HTML over HTTP: rules of who agrees, mentions, tasks made by hand, published documents."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal
from tests.api.review_objects import create_schema, create_task

DEAL = {
    "title": "Deal",
    "x-document-types": ["other"],
    "properties": {"fee": {"type": "number", "x-field": {"unit": "USD"}}, "law": {"type": "string"}},
}


class Desk:
    """The pages as a user sees them."""

    def __init__(self, server, user) -> None:
        self.client = server.client()
        assert self.client.post("/sign-in", data={"key": user.key}).status_code == 303

    def get(self, path: str) -> str:
        shown = self.client.get(path)
        assert shown.status_code == 200, shown.text
        return shown.text

    def post(self, path: str, at: str, status: int = 303, **data) -> str:
        """Send a form of the page `at`, and return the page that follows."""
        token = re.search(r'name="form_token" value="([^"]+)"', self.get(at))[1]
        sent = self.client.post(path, data={"form_token": token, **data}, follow_redirects=False)
        assert sent.status_code == status, sent.text
        return self.get(sent.headers["location"].partition("#")[0]) if status == 303 else sent.text


@pytest.fixture
def task(server, editor):
    """An open task with two unread fields."""
    collection = editor.collection()
    uploaded = editor.upload(collection)
    key = create_schema(server.database, editor.tenant_id, editor.id, DEAL)
    ids = (UUID(uploaded["document"]["id"]), UUID(uploaded["version"]["id"]))
    task_id, field_id = create_task(server.database, editor.tenant_id, *ids, key)
    return {
        "id": str(task_id),
        "field": str(field_id),
        "schema": key,
        "document": str(ids[0]),
        "version": ids[1],
        "in": collection,
    }


def test_rule_is_previewed_in_words_added_and_deleted(server, editor, task):
    approver = server.user(editor.tenant_id, Role.APPROVER)
    desk = Desk(server, approver)
    page = "/review/policies"
    assert "There are no rules" in desk.get(page)
    rule = {"policy": "two", "schema": task["schema"], "field_key": "law"}
    assert "Now applies to 0 open fields" in desk.post(page, page, 200, step="preview", **rule), "no grant yet"
    editor.grant(task["in"], approver, "editor")
    shown = desk.post(page, page, 200, step="preview", **rule)
    assert "Now applies to 1 open fields of 1 tasks that you may see; 1 of them become stricter" in shown
    assert 'value="law"' in shown, "what was typed stays"
    shown = desk.post(page, page, step="add", **rule, amount="10,000,000", unit="USD", confidence="80")
    said = (
        "Values of the field law of the schema Deal of 10,000,000 USD or more that the machine is less than 80% sure "
        "of: an editor enters a value, and an approver agrees."
    )
    assert said in shown
    assert "Delete" not in Desk(server, editor).get(page), "only approvers change rules"
    (made,) = approver.http.get("/v1/review/policies").json()["items"]
    assert (made["summary"], made["confidence"]) == (said, 0.8)
    assert "There are no rules" in desk.post(f"{page}/{made['id']}/delete", page)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "much"}, "decimal"),
        ({"confidence": "120"}, "less than or equal to 1"),
        ({"schema": "none"}, "schema"),
    ],
)
def test_refused_rule_comes_back_as_it_was_typed(server, editor, typed, words):
    desk = Desk(server, server.user(editor.tenant_id, Role.APPROVER))
    shown = desk.post("/review/policies", "/review/policies", 404 if "schema" in typed else 422, policy="two", **typed)
    assert words in shown
    assert 'role="alert"' in shown


def test_preview_counts_amounts_of_open_fields(server, editor, task):
    approver = server.user(editor.tenant_id, Role.APPROVER)
    editor.grant(task["in"], approver, "editor")
    fees = [
        each
        for each in editor.http.get(f"/v1/review/tasks/{task['id']}/fields").json()["items"]
        if each["key"] == "fee"
    ]
    path = f"/v1/review/fields/{fees[0]['id']}/revisions"
    approver.http.post("/v1/review/policies", json={"policy": "two", "schema": task["schema"]})
    made = editor.http.post(path, json={"action": "correct", "text": "12 million"}, headers={"If-Match": "*"}).json()
    assert made["status"] == "entered"
    for amount, unit, count in (("12000000", "USD", 1), ("12000001", "USD", 0), ("1", "EUR", 0), ("1", None, 1)):
        rule = {"policy": "blind", "schema": task["schema"], "amount": amount, "unit": unit}
        effect = approver.http.post("/v1/review/policies/preview", json=rule).json()
        assert effect == {"fields": count, "tasks": count, "stricter": count}, rule


def test_mentions_are_unread_first_and_lead_to_the_field(server, editor, task):
    path = f"/v1/review/fields/{task['field']}/comments"
    for body in ("Is this net?", "And this?"):
        editor.http.post(path, json={"body": body, "mentions": [str(editor.id)]})
    desk = Desk(server, editor)
    shown = desk.get("/review/mentions")
    assert f'href="/review/tasks/{task["id"]}#{task["field"]}"' in shown
    assert ("Not opened yet: 2" in shown, "Opened before" in shown) == (True, False)
    newest = editor.http.get("/v1/review/mentions", params={"unread": True}).json()["items"][0]
    read = editor.http.post(f"/v1/review/mentions/{newest['id']}/read").json()
    assert (newest["read_at"], read["read_at"] is None, read["key"]) == (None, False, "fee")
    shown = desk.get("/review/mentions")
    assert (
        shown.index("Not opened yet: 1")
        < shown.index("Is this net?")
        < shown.index("Opened before")
        < shown.index("And this?")
    )
    (left,) = editor.http.get("/v1/review/mentions", params={"unread": True}).json()["items"]
    shown = desk.post("/review/mentions", "/review/mentions", comment_id=left["id"])
    assert "Not opened yet" not in shown
    other = server.user(editor.tenant_id, Role.EDITOR)
    assert other.http.post(f"/v1/review/mentions/{newest['id']}/read").json()["code"] == "mention-not-found"


def test_task_is_made_for_a_document_that_has_none(server, editor, task):
    desk = Desk(server, editor)
    other = create_schema(server.database, editor.tenant_id, editor.id, DEAL)
    page = "/review/open"
    assert "Enter the ID of a document" in desk.post(page, page, 422, document_id="fee letter", schema=other)
    missing = desk.post(page, page, 404, document_id=str(uuid4()), schema=other)
    assert 'id="document_id-problem"' in missing
    assert "not searchable yet" in desk.post(page, page, 409, document_id=task["document"], schema=other)
    shown = desk.get(f"{page}?document_id={task['document']}")
    assert "Document: <strong>" in shown
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        publish = text("UPDATE documents SET current_version_id = :version WHERE id = :id")
        session.execute(publish, {"version": task["version"], "id": task["document"]})
    assert 'id="schema-problem"' in desk.post(page, page, 404, document_id=task["document"], schema="none")
    shown = desk.post(page, page, document_id=f"{server.client().base_url}/documents/{task['document']}", schema=other)
    assert "The document waits to be read." in shown


def test_shipped_schema_comes_with_footnote_and_unknown_keys_are_explained(server, editor):
    desk = Desk(server, editor)
    editor.http.patch("/v1/schemas/notes-offering", json={"archived": False})
    shown = desk.get("/review/schemas/notes-offering")
    assert "comes with Footnote" in shown
    assert "somebody" not in shown


def test_mention_is_marked_for_the_script_that_records_its_opening(server, editor, task):
    path = f"/v1/review/fields/{task['field']}/comments"
    made = editor.http.post(path, json={"body": "Is this net?", "mentions": [str(editor.id)]}).json()
    shown = Desk(server, editor).get("/review/mentions")
    assert f'data-mention="{made["id"]}"' in shown
    assert '<script type="module" src="/static/review-mentions.js">' in shown
    script = Desk(server, editor).get("/static/review-mentions.js")
    assert "/v1/review/mentions/${link.dataset.mention}/read" in script


def test_failed_task_says_why_and_is_read_again(server, editor, task):
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        fail = (
            "UPDATE review_tasks SET state = 'failed', error_code = 'x', error_detail = 'It is damaged.' WHERE id = :id"
        )
        session.execute(text(fail), {"id": task["id"]})
    desk = Desk(server, editor)
    shown = desk.get(f"/review/tasks/{task['id']}")
    assert re.search(r'<button id="retry"[^>]*>Read it again', shown)
    assert "could not be read: It is damaged." in shown
    assert editor.http.get(f"/v1/review/tasks/{task['id']}").json()["error_detail"] == "It is damaged."
    again = editor.http.post(f"/v1/review/tasks/{task['id']}/retry", json={})
    assert (again.status_code, again.json()["state"], again.json()["error_detail"]) == (200, "queued", None)
    twice = editor.http.post(f"/v1/review/tasks/{task['id']}/retry", json={})
    assert (twice.status_code, "has not failed" in twice.json()["detail"]) == (409, True)

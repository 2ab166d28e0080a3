"""The second reader of a blind pair learns nothing of the first reading, through any route: every response is the same
before and after it. Only the number of the second reader's own requests may change it.
"""

import re
from uuid import UUID, uuid4

import pytest

from app.core.principal import Role
from tests.api.review_objects import create_schema, create_task

BLIND = {"title": "Deal", "properties": {"law": {"type": "string", "x-field": {"policy": "blind"}}}}
DESK = ("/v1/review", "/v1/schemas", "/v1/changes", "/v1/exports", "/v1/webhooks")
OTHERS = ("/v1/documents", "/v1/runs", "/v1/collections", "/v1/questions", "/v1/facts", "/v1/issuers", "/v1/feedback")
ENDLESS = ("/v1/runs/{run_id}/events",)
PAGES = ("/review", "/review/tasks/{task_id}", "/review/progress", "/review/schemas", "/review/schemas/{key}")
HEADERS = ("etag", "link", "last-modified")
RANDOM = re.compile(r'"(exported_at|cursor|instance)":"[^"]*"')
"""The moment of the request, encrypted cursors, and the ID of the request."""
REJECTED = (
    {"action": "approve"},
    {"action": "undo"},
    {"action": "send-back", "note": "Look again"},
    {"action": "correct"},
    {"action": "absent", "claim_token": 99},
)
"""Decisions that nobody may make on an unread field: for each, the problem tells nothing of another's reading."""
VALUE, NOTE, REMARK = "Zanzibar", "Surely so", "I would say what it is"


class Reader:
    """The second reader, who reads every route of the desk, and those of documents and answers."""

    def __init__(self, server, user, names):
        self._user = user
        self._names = names
        documented = server.client().get("/openapi.json").json()["paths"]
        self._routes = [
            path for path, item in documented.items()
            if "get" in item and path.startswith((*DESK, *OTHERS)) and path not in ENDLESS
        ]  # fmt: skip
        self._page = server.client()
        assert self._page.post("/sign-in", data={"key": user.key}).status_code == 303

    @property
    def missed(self):
        """Routes of the desk with a parameter that has no value here."""
        return [path for path in self._routes if path.startswith(DESK) and self._address(path) is None]

    def _address(self, path):
        wanted = re.findall(r"{(\w+)}", path)
        return path.format(**self._names) if self._names.keys() >= {*wanted} else None

    def read(self):
        """Return each response: status, headers and text, without the moment of the request."""
        seen = {}
        for client, routes in ((self._user.http, self._routes), (self._page, PAGES)):
            for path in routes:
                address = self._address(path)
                if address is not None:
                    answer = client.get(address)
                    headers = {name: answer.headers.get(name) for name in HEADERS}
                    seen[path] = (answer.status_code, headers, RANDOM.sub("", answer.text))
        return seen


@pytest.fixture
def pair(server, editor):
    """The first reader, the second one, and the names of what they read."""
    second = server.user(editor.tenant_id, Role.APPROVER, Role.ENGINEER)
    collection = editor.collection()
    editor.grant(collection, second, "editor")
    uploaded = editor.upload(collection)
    key = create_schema(server.database, editor.tenant_id, editor.id, BLIND)
    ids = [UUID(uploaded[kind]["id"]) for kind in ("document", "version")]
    task, field = create_task(server.database, editor.tenant_id, *ids, key)
    webhook = second.http.post("/v1/webhooks", json={"url": "https://hooks.example.com/"}).json()
    view = second.http.post("/v1/review/views", json={"name": "All", "filters": {}}).json()
    names = {
        "document_id": ids[0], "version_id": ids[1], "run_id": uploaded["run"]["id"], "number": 1, "key": key,
        "collection_id": collection["id"], "task_id": task, "field_id": field, "webhook_id": webhook["id"],
        "view_id": view["id"], "bulk_id": uuid4(), "question_id": uuid4(), "issuer_id": uuid4(),
    }  # fmt: skip
    return editor, second, {name: str(value) for name, value in names.items()}


def test_second_reader_sees_nothing_of_the_first_through_any_route(server, pair):
    first, second, names = pair
    reader, path = Reader(server, second, names), f"/v1/review/fields/{names['field_id']}"
    assert reader.missed == []
    preview = ("/v1/review/bulk-approvals/preview", {"min_confidence": 0.5, "schema": names["key"]})
    seen = int(second.http.get(path).headers["etag"].strip('"'))

    def write():
        """Return the responses to what the second reader may try without deciding: the same problem each time."""
        tries = [
            second.http.post(f"{path}/revisions", json=body, headers={"If-Match": f'"{number}"'})
            for number in (seen, seen + 1, seen + 2, 99)
            for body in REJECTED
        ]
        tries += [second.http.post(preview[0], json=preview[1])]
        tries += [second.http.post(f"/v1/review/tasks/{names['task_id']}/release", json={})]
        return [(each.status_code, RANDOM.sub("", each.text), {**each.headers}.get("etag")) for each in tries]

    before, tried = reader.read(), write()
    again = reader.read()
    volatile = {each for each in before if before[each] != again[each]}
    assert not any(each.startswith(DESK) for each in volatile), volatile
    body = {"action": "correct", "text": VALUE, "note": NOTE}
    made = first.http.post(
        f"{path}/revisions", json=body, headers={"If-Match": before["/v1/review/fields/{field_id}"][1]["etag"]}
    )
    assert (made.status_code, made.json()["my_reading"]["printed"]) == (201, VALUE)
    first.http.post(f"{path}/comments", json={"body": REMARK, "mentions": [str(second.id)]}).raise_for_status()
    after = reader.read()
    assert {each: after[each] for each in after.keys() - volatile} == {
        each: before[each] for each in before.keys() - volatile
    }
    made_at = made.json()["my_reading"]["made_at"]
    for each, (_, _, text) in after.items():
        assert not any(word in text for word in (VALUE, NOTE, REMARK, made_at)), each
    assert {status for status, _, _ in tried} == {200, 409, 412, 422}
    assert write() == tried
    etag = before["/v1/review/fields/{field_id}"][1]["etag"]
    absent = {"action": "absent"}
    assert second.http.post(f"{path}/revisions", json=absent, headers={"If-Match": f'"{seen + 1}"'}).status_code == 412
    ended = second.http.post(f"{path}/revisions", json=absent, headers={"If-Match": etag}).json()
    assert (ended["status"], {each["printed"] for each in ended["readings"]}) == ("conflict", {VALUE, None})
    comments = second.http.get(f"{path}/comments").json()["items"]
    assert [each["body"] for each in comments] == [REMARK]


def test_audit_log_says_that_a_field_was_read_and_not_what(server, pair):
    first, _, names = pair
    auditor = server.user(first.tenant_id, Role.AUDITOR)
    path = f"/v1/review/fields/{names['field_id']}/revisions"
    first.http.post(path, json={"action": "correct", "text": VALUE, "note": NOTE}, headers={"If-Match": "*"})
    events = auditor.http.get("/v1/audit/events", params={"limit": 200})
    read = [each for each in events.json()["items"] if each["action"] == "review.field.read"]
    assert [set(each["detail"]) for each in read] == [{"task_id"}]
    assert not any(word in events.text for word in (VALUE, NOTE))

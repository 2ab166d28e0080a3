"""Auditors read the audit log over the API. They filter it, page through it, and export it as verifiable JSON Lines."""

import json

import pytest

from app.audit.export_file import verify_lines
from app.core.principal import Role
from tests.audit.ocsf_schema import check


@pytest.fixture
def auditor(server, editor):
    return server.user(editor.tenant_id, Role.AUDITOR)


@pytest.fixture
def document(editor, analyst):
    """A document with four audit events: an upload, a grant, a read, and a refused deletion."""
    collection = editor.collection()
    document = editor.upload(collection, b"Revenue was 5.")["document"]
    editor.grant(collection, analyst)
    assert analyst.http.get(f"/v1/documents/{document['id']}").status_code == 200
    assert analyst.http.delete(f"/v1/documents/{document['id']}").status_code == 403
    return document


def test_auditor_reads_events_newest_first(document, auditor, analyst, editor):
    logged = auditor.http.get("/v1/audit/events").json()["items"]
    assert {event["action"] for event in logged[:5]} == {
        "identity.user.created",
        "identity.key.created",
        "access.request.denied",
        "documents.document.read",
        "access.grant.created",
    }
    assert [event["sequence"] for event in logged] == list(range(len(logged), 0, -1))
    (read,) = (event for event in logged if event["action"] == "documents.document.read")
    assert (read["actor_id"], read["object_id"], read["client"]) == (str(analyst.id), document["id"], "127.0.0.1")
    assert str(editor.id) in {event["actor_id"] for event in logged}


def test_events_are_paged_and_filtered(document, auditor, analyst):
    path = "/v1/audit/events"
    whole = auditor.http.get(path).json()["items"]
    first = auditor.http.get(path, params={"limit": 2}).json()
    second = auditor.http.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert first["items"] + second["items"] == whole[:4]
    for name, value in (
        ("action", "documents.document.read"),
        ("actor_id", str(analyst.id)),
        ("object_type", "grant"),
        ("object_id", document["id"]),
    ):
        found = auditor.http.get(path, params={name: value}).json()["items"]
        assert found == [event for event in whole if event[name] == value]
        assert found
    since, until = whole[3]["at"], whole[1]["at"]
    found = auditor.http.get(path, params={"since": since, "until": until}).json()["items"]
    assert found == [event for event in whole if since <= event["at"] < until]
    assert auditor.http.get(path, params={"cursor": "x"}).json()["code"] == "invalid-cursor"


@pytest.mark.parametrize("role", [Role.ANALYST, Role.EDITOR, Role.ENGINEER, Role.ADMIN])
@pytest.mark.parametrize("path", ["/v1/audit/events", "/v1/audit/export"])
def test_users_with_other_roles_may_not_read_the_log(server, editor, role, path):
    refused = server.user(editor.tenant_id, role).http.get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-required")


def test_auditor_reads_no_events_of_another_tenant(document, server):
    other = server.user(None, Role.AUDITOR)
    assert {event["actor_id"] for event in other.http.get("/v1/audit/events").json()["items"]} == {
        "00000000-0000-0000-0000-000000000000"
    }


def test_export_is_valid_ocsf_and_verifiable_and_is_logged(document, auditor):
    answer = auditor.http.get("/v1/audit/export")
    named = answer.headers["Content-Disposition"]
    assert answer.headers["content-type"] == "application/jsonl"
    lines = answer.text.splitlines()
    logged = [json.loads(line) for line in lines]
    assert [check(event) for event in logged] == [[]] * len(logged)
    assert [event["metadata"]["sequence"] for event in logged] == list(range(1, len(logged) + 1))
    assert {event["class_uid"] for event in logged} >= {3001, 3004, 3005, 6003}
    found = verify_lines(lines, keys={})
    assert (found.problems, found.links) == ([], len(lines))
    newest = auditor.http.get("/v1/audit/events").json()["items"][0]
    assert (newest["action"], newest["detail"]) == ("audit.log.exported", {"first": 1, "last": len(lines)})
    assert named == f'attachment; filename="audit-1-{len(lines)}.jsonl"'


def test_export_of_a_period_is_contiguous(document, auditor):
    whole = auditor.http.get("/v1/audit/events").json()["items"]
    since = whole[3]["at"]
    within = [event["sequence"] for event in whole if event["at"] >= since]
    first, last = min(within), max(within)
    lines = auditor.http.get("/v1/audit/export", params={"since": since}).text.splitlines()
    assert [json.loads(line)["metadata"]["sequence"] for line in lines] == list(range(first, last + 1))
    assert first > 1
    assert verify_lines(lines, keys={}).intact
    empty = auditor.http.get("/v1/audit/export", params={"until": "2001-01-01T00:00:00Z"})
    assert (empty.status_code, empty.text) == (200, "")

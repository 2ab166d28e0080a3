"""Tests which users may open the access and audit pages, and the previews and changes that the forms make."""

import re
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.pagination import PageRequest
from app.core.principal import Role
from app.db.session import system_principal
from app.web import access_pages

HOSTILE = "<script>alert(1)</script>"


class Browser:
    """An HTTP client with the session of a signed-in user."""

    def __init__(self, server, user):
        self.http = server.client()
        answer = self.http.post("/sign-in", data={"key": user.key})
        assert answer.status_code in (200, 303), answer.text

    def get(self, path, **more):
        return self.http.get(path, **more)

    def token(self, path="/access"):
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def change(self, act, **fields):
        data = {"form_token": self.token(), "act": act, **fields}
        return self.http.post("/access/change", data=data, follow_redirects=False)


def message(answer):
    found = re.search(r'role="(?:status|alert)">(.*?)</p>', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return unescape(found[1])


@pytest.fixture
def desk(server, admin):
    return Browser(server, admin)


@pytest.fixture
def loans(editor):
    """The editor's collection with two documents."""
    made = editor.collection(f"Loans {HOSTILE}")
    for _ in range(2):
        editor.upload(made)
    return made


def count_documents(user):
    return len(user.http.get("/v1/documents").json()["items"])


def test_grant_is_previewed_created_and_revoked(server, editor, analyst, desk, loans):
    email = email_of(server, analyst)
    fields = {"change": "grant", "collection": loans["id"], "user": email, "level": "viewer"}
    assert message(desk.change("preview", **fields)) == "This would open 2 documents to 1 person and close none."
    assert count_documents(analyst) == 0
    back = f"/access/collections/{loans['id']}"
    made = desk.change("make", back=back, **fields)
    assert (made.status_code, made.headers["location"]) == (303, back)
    assert count_documents(analyst) == 2
    page = desk.get(back)
    assert email in page.text
    revoke = {"change": "revoke", "collection": loans["id"], "user": str(analyst.id)}
    assert message(desk.change("preview", **revoke)) == "This would open none and close 2 documents to 1 person."
    assert desk.change("make", **revoke).status_code == 303
    assert count_documents(analyst) == 0


def test_label_on_collection_is_previewed_and_hides_its_documents(server, editor, analyst, admin, desk, loans):
    editor.grant(loans, analyst)
    label = admin.http.post("/v1/labels", json={"name": f"mnpi:{uuid4().hex[:8]}"}).json()
    fields = {"change": "label", "collection": loans["id"], "label": label["name"]}
    assert message(desk.change("preview", **fields)) == "This would open none and close 2 documents to 2 people."
    assert desk.change("make", **fields).status_code == 303
    assert count_documents(analyst) == 0
    assert label["name"] in desk.get(f"/access/collections/{loans['id']}").text


def test_pages_escape_names(server, admin, analyst, desk, loans):
    group = admin.http.post("/v1/groups", json={"name": f"desk {uuid4().hex[:6]} {HOSTILE}"}).json()
    assert desk.change("make", change="join", into=group["id"], user=str(analyst.id)).status_code == 303
    grant = {"change": "grant", "collection": loans["id"], "group": group["id"]}
    assert desk.change("make", **grant).status_code == 303
    overview = desk.get("/access")
    person = desk.get(f"/access/people/{analyst.id}")
    inside = desk.get(f"/access/groups/{group['id']}")
    collection = desk.get(f"/access/collections/{loans['id']}")
    for page in (overview, person, inside, collection):
        assert page.status_code == 200
        assert HOSTILE not in page.text
    assert group["name"] in unescape(person.text)
    assert loans["name"] in unescape(person.text)
    assert str(analyst.id) in inside.text


def test_collection_page_shows_ancestors_beyond_the_page_limit(editor, desk, loans, monkeypatch):
    middle = editor.collection("middle", parent_id=loans["id"])
    inner = editor.collection("inner", parent_id=middle["id"])
    monkeypatch.setattr(access_pages, "ALL", PageRequest(limit=1))
    page = desk.get(f"/access/collections/{inner['id']}")
    assert page.status_code == 200
    assert loans["name"] in unescape(page.text)
    assert desk.get(f"/access/collections/{uuid4()}").status_code == 404
    assert "Only the first 1 are shown" in desk.get("/access").text


def test_grant_to_deleted_user_is_shown_and_can_be_revoked(server, editor, admin, desk, loans):
    gone = server.user(admin.tenant_id, Role.ANALYST)
    email = email_of(server, gone)
    editor.grant(loans, gone)
    assert admin.http.delete(f"/scim/v2/Users/{gone.id}").status_code == 204
    page = desk.get(f"/access/collections/{loans['id']}")
    assert page.status_code == 200
    assert f"{email}, viewer" in page.text
    revoke = {"change": "revoke", "collection": loans["id"], "user": str(gone.id)}
    assert desk.change("make", **revoke).status_code == 303
    assert email not in desk.get(f"/access/collections/{loans['id']}").text


def test_explanation_page_shows_a_sentence(server, editor, analyst, desk, loans):
    editor.grant(loans, analyst)
    document = analyst.http.get("/v1/documents").json()["items"][0]["id"]
    params = {"document": document, "person": str(analyst.id)}
    assert "may read it" in message(desk.get("/access/explain", params=params))
    assert "may not see it" in message(desk.get("/access/explain", params={**params, "time": "2001-01-01T00:00Z"}))
    assert "Enter the document's ID" in message(desk.get("/access/explain", params={**params, "document": "x"}))


def test_import_page_previews_and_reports_wrong_lines(server, analyst, desk, loans):
    lines = f"change,user,collection\ngrant,{email_of(server, analyst)},{loans['id']}\n"
    token = desk.token("/access/import")

    def send(act, text):
        data = {"form_token": token, "act": act, "text": text}
        return desk.http.post("/access/import", data=data, follow_redirects=False)

    assert message(send("preview", lines)) == "This would open 2 documents to 1 person and close none."
    wrong = send("make", lines + "grant,nobody@example.org," + loans["id"])
    assert message(wrong).startswith("No change was made, because change 2 can't be made: ")
    assert "body.changes.1" in wrong.text
    for unreadable in ("nonsense", "[" * 50_000, '{"changes":' * 20_000):
        assert message(send("preview", unreadable)).startswith("The input is neither JSON")
    assert count_documents(analyst) == 0
    assert send("make", lines).status_code == 303
    assert count_documents(analyst) == 2


def test_form_from_another_session_or_site_is_refused(server, admin, analyst, desk, loans):
    other = Browser(server, admin)
    data = {"change": "grant", "collection": loans["id"], "user": str(analyst.id), "act": "make"}
    foreign = desk.http.post("/access/change", data={**data, "form_token": other.token()})
    assert foreign.status_code == 403
    headers = {"Origin": "https://elsewhere.example"}
    across = desk.http.post("/access/change", data={**data, "form_token": desk.token()}, headers=headers)
    assert across.status_code == 403
    assert count_documents(analyst) == 0


def test_form_redirects_only_within_the_site(desk, analyst, loans):
    fields = {"change": "grant", "collection": loans["id"], "user": str(analyst.id)}
    made = desk.change("make", back="//elsewhere.example", **fields)
    assert made.headers["location"] == "/access"


@pytest.mark.parametrize("path", ["/access", "/access/import", "/access/explain", "/audit"])
def test_page_without_permission_is_404(server, analyst, path):
    assert Browser(server, analyst).get(path).status_code == 404
    assert server.client().get(path, follow_redirects=False).status_code == 303


def test_audit_page_is_for_auditors_only(server, editor, desk, loans):
    auditor = Browser(server, server.user(editor.tenant_id, Role.AUDITOR))
    page = auditor.get("/audit", params={"action": "documents.version.uploaded"})
    assert page.status_code == 200
    assert page.text.count("documents.version.uploaded") >= 2
    assert re.search(r"number: 1 · size bytes: \d+ · version id: [0-9a-f-]{36}</td>", page.text)
    assert desk.get("/audit").status_code == 404
    assert auditor.get("/audit", params={"actor": "x"}).status_code == 422
    assert auditor.get("/access").status_code == 200


def email_of(server, user):
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        return session.scalar(text("SELECT email FROM users WHERE id = :id"), {"id": user.id})

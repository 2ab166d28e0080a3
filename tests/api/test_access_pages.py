"""The pages of access and audit, by their forms: who may see them, what is said first, and what is then done."""

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
    """Somebody signed in on the page."""

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


def said(answer):
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


def sees(user):
    return len(user.http.get("/v1/documents").json()["items"])


def test_a_grant_is_said_first_then_made_then_taken_back(server, editor, analyst, desk, loans):
    email = email_of(server, analyst)
    fields = {"change": "grant", "collection": loans["id"], "user": email, "level": "viewer"}
    assert said(desk.change("preview", **fields)) == "This would open 2 documents to 1 person and close none."
    assert sees(analyst) == 0
    back = f"/access/collections/{loans['id']}"
    made = desk.change("make", back=back, **fields)
    assert (made.status_code, made.headers["location"]) == (303, back)
    assert sees(analyst) == 2
    page = desk.get(back)
    assert email in page.text
    revoke = {"change": "revoke", "collection": loans["id"], "user": str(analyst.id)}
    assert said(desk.change("preview", **revoke)) == "This would open none and close 2 documents to 1 person."
    assert desk.change("make", **revoke).status_code == 303
    assert sees(analyst) == 0


def test_a_label_on_a_collection_is_said_to_close_it_and_does(server, editor, analyst, admin, desk, loans):
    editor.grant(loans, analyst)
    label = admin.http.post("/v1/labels", json={"name": f"mnpi:{uuid4().hex[:8]}"}).json()
    fields = {"change": "label", "collection": loans["id"], "label": label["name"]}
    assert said(desk.change("preview", **fields)) == "This would open none and close 2 documents to 2 people."
    assert desk.change("make", **fields).status_code == 303
    assert sees(analyst) == 0
    assert label["name"] in desk.get(f"/access/collections/{loans['id']}").text


def test_pages_show_people_groups_and_names_as_text(server, admin, analyst, desk, loans):
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


def test_a_collection_has_its_page_with_those_around_it_however_many_there_are(editor, desk, loans, monkeypatch):
    middle = editor.collection("middle", parent_id=loans["id"])
    inner = editor.collection("inner", parent_id=middle["id"])
    monkeypatch.setattr(access_pages, "ALL", PageRequest(limit=1))
    page = desk.get(f"/access/collections/{inner['id']}")
    assert page.status_code == 200
    assert loans["name"] in unescape(page.text)
    assert desk.get(f"/access/collections/{uuid4()}").status_code == 404
    assert "Only the first 1 are shown" in desk.get("/access").text


def test_a_grant_to_somebody_who_was_deleted_is_shown_and_revoked(server, editor, admin, desk, loans):
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


def test_an_explanation_is_a_sentence(server, editor, analyst, desk, loans):
    editor.grant(loans, analyst)
    document = analyst.http.get("/v1/documents").json()["items"][0]["id"]
    asked = {"document": document, "person": str(analyst.id)}
    assert "may read it" in said(desk.get("/access/explain", params=asked))
    assert "may not see it" in said(desk.get("/access/explain", params={**asked, "time": "2001-01-01T00:00Z"}))
    assert "Enter the document's ID" in said(desk.get("/access/explain", params={**asked, "document": "x"}))


def test_an_import_is_said_first_and_each_wrong_line_is_told(server, analyst, desk, loans):
    lines = f"change,user,collection\ngrant,{email_of(server, analyst)},{loans['id']}\n"
    token = desk.token("/access/import")

    def send(act, text):
        data = {"form_token": token, "act": act, "text": text}
        return desk.http.post("/access/import", data=data, follow_redirects=False)

    assert said(send("preview", lines)) == "This would open 2 documents to 1 person and close none."
    wrong = send("make", lines + "grant,nobody@example.org," + loans["id"])
    assert "none was" in said(wrong)
    assert "body.changes.1" in wrong.text
    for unreadable in ("nonsense", "[" * 50_000, '{"changes":' * 20_000):
        assert said(send("preview", unreadable)).startswith("This is neither JSON")
    assert sees(analyst) == 0
    assert send("make", lines).status_code == 303
    assert sees(analyst) == 2


def test_a_form_of_another_session_or_site_changes_nothing(server, admin, analyst, desk, loans):
    other = Browser(server, admin)
    data = {"change": "grant", "collection": loans["id"], "user": str(analyst.id), "act": "make"}
    foreign = desk.http.post("/access/change", data={**data, "form_token": other.token()})
    assert foreign.status_code == 403
    headers = {"Origin": "https://elsewhere.example"}
    across = desk.http.post("/access/change", data={**data, "form_token": desk.token()}, headers=headers)
    assert across.status_code == 403
    assert sees(analyst) == 0


def test_a_form_can_not_send_the_browser_elsewhere(desk, analyst, loans):
    fields = {"change": "grant", "collection": loans["id"], "user": str(analyst.id)}
    made = desk.change("make", back="//elsewhere.example", **fields)
    assert made.headers["location"] == "/access"


@pytest.mark.parametrize("path", ["/access", "/access/import", "/access/explain", "/audit"])
def test_whoever_lacks_the_permission_is_told_that_there_is_nothing(server, analyst, path):
    assert Browser(server, analyst).get(path).status_code == 404
    assert server.client().get(path, follow_redirects=False).status_code == 303


def test_the_audit_page_is_for_auditors(server, editor, desk, loans):
    auditor = Browser(server, server.user(editor.tenant_id, Role.AUDITOR))
    page = auditor.get("/audit", params={"action": "documents.version.uploaded"})
    assert page.status_code == 200
    assert page.text.count("documents.version.uploaded") >= 2
    assert desk.get("/audit").status_code == 404
    assert auditor.get("/audit", params={"actor": "x"}).status_code == 422
    assert auditor.get("/access").status_code == 200


def email_of(server, user):
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        return session.scalar(text("SELECT email FROM users WHERE id = :id"), {"id": user.id})

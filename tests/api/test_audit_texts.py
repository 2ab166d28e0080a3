"""Audit events contain no texts of users, except the sources of documents. A source is short and decides on access."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal

MARK = "zanzibar"
ANY = {"If-Match": "*"}


@pytest.fixture
def admin(server):
    return server.user(None, Role.ADMIN, Role.EDITOR)


def list_events(server, user, condition="true", **values):
    """Return (action, detail) of the tenant's events, oldest first."""
    query = text(f"SELECT action, detail FROM audit_events e WHERE {condition} ORDER BY id")
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        return [tuple(row) for row in session.execute(query, values)]


def marked(server, user):
    return list_events(server, user, "e::text ILIKE :mark", mark=f"%{MARK}%")


def make(user, path, **body):
    answer = user.http.post(path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def change(user, path, **body):
    answer = user.http.patch(path, json=body, headers=ANY)
    assert answer.status_code == 200, answer.text


def remove(user, path):
    assert user.http.delete(path).status_code == 204


def use_names(user):
    """Create, rename and delete an object of each kind that has a name."""
    for kind in ("labels", "groups"):
        made = make(user, f"/v1/{kind}", name=f"{MARK} {kind}")
        if kind == "groups":
            change(user, f"/v1/groups/{made['id']}", name=f"{MARK} renamed")
        remove(user, f"/v1/{kind}/{made['id']}")
    pack = make(user, "/v1/entitlement-packs", name=f"{MARK} pack", sources=["vendor"])
    remove(user, f"/v1/entitlement-packs/{pack['id']}")
    body = {"issuer": "https://login.example.com", "client_id": uuid4().hex}
    provider = make(user, "/v1/identity-providers", name=f"{MARK} staff", **body)
    change(user, f"/v1/identity-providers/{provider['id']}", name=f"{MARK} people")
    remove(user, f"/v1/identity-providers/{provider['id']}")
    made = make(user, "/v1/users", email=f"{MARK}@example.com", name=MARK)
    change(user, f"/v1/users/{made['id']}", name=f"{MARK} the second")
    remove(user, f"/v1/keys/{make(user, '/v1/keys', name=MARK)['id']}")


def write_documents(user):
    """Upload, edit, read, query and delete a document. All its texts contain the mark."""
    collection = make(user, "/v1/collections", name=MARK)
    change(user, f"/v1/collections/{collection['id']}", name=f"{MARK} filings")
    form = {"collection": collection["id"], "title": f"{MARK} report"}
    file = (f"{MARK}.txt", f"{MARK}: net revenue was 5.".encode())
    sent = user.http.post("/v1/documents", data=form, files={"file": file})
    assert sent.status_code == 202, sent.text
    path = f"/v1/documents/{sent.json()['document']['id']}"
    change(user, path, title=f"{MARK} annual report", issuer=f"{MARK} plc")
    assert user.http.get(path).status_code == 200
    assert user.http.get(f"{path}/file").status_code == 200
    make(user, "/v1/questions", question=f"What was {MARK}'s net revenue?")
    remove(user, path)


def test_log_contains_no_names_titles_or_questions(server, admin):
    use_names(admin)
    write_documents(admin)
    actions = {action for action, _ in list_events(server, admin)}
    assert {
        "access.collection.renamed",
        "access.label.deleted",
        "access.pack.created",
        "answers.question.asked",
        "documents.document.deleted",
        "documents.metadata.edited",
        "identity.group.renamed",
        "identity.key.created",
        "identity.provider.changed",
        "identity.user.changed",
    } <= actions
    assert marked(server, admin) == []


def test_log_contains_the_short_sources_of_documents(server, admin):
    collection = make(admin, "/v1/collections", name="filings")
    files = f"/v1/collections/{collection['id']}/files/a.txt"
    longest = f"{MARK} {'x' * 91}"
    assert len(longest) == 100
    sent = admin.http.put(files, params={"source": longest}, content=b"Revenue was 5.")
    path = f"/v1/documents/{sent.json()['document']['id']}"
    change(admin, path, source=f"{MARK} desk")
    pack = make(admin, "/v1/entitlement-packs", name="desk", sources=[f"{MARK} desk"])
    remove(admin, f"/v1/entitlement-packs/{pack['id']}")
    remove(admin, path)
    assert [
        (action, *map(source_of, (detail["before"], detail["after"]))) for action, detail in marked(server, admin)
    ] == [
        ("documents.source.set", None, longest),
        ("documents.metadata.edited", longest, f"{MARK} desk"),
        ("access.pack.created", None, [f"{MARK} desk"]),
        ("access.pack.deleted", [f"{MARK} desk"], None),
        ("documents.document.deleted", f"{MARK} desk", None),
    ]
    too_long = f"{longest}x"
    refused = [
        admin.http.put(files, params={"source": too_long}, content=b"Revenue was 6."),
        admin.http.patch(path, json={"source": too_long}, headers=ANY),
        admin.http.post("/v1/entitlement-packs", json={"name": "long", "sources": [too_long]}),
        admin.http.post("/v1/entitlement-packs", json={"name": "many", "sources": [f"s{n}" for n in range(51)]}),
    ]
    assert [answer.status_code for answer in refused] == [422] * 4


def source_of(state):
    return state.get("source", state.get("sources")) if isinstance(state, dict) else state

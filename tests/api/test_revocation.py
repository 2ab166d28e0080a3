"""After each kind of revocation, the next request of each operation returns nothing of the document."""

import asyncio
from threading import Event
from uuid import uuid4

import pytest

from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.core.principal import Role
from app.llm.wordllama_embedder import WordLlamaEmbedder
from tests.api.published_documents import PublishedDocuments, ask_question, cited_documents

PAGE = "Net revenue of Lantern Works was $4,210 million in fiscal 2022, as the board had foreseen in June."
QUESTION = "What was net revenue of Lantern Works in fiscal 2022?"
DRAFTED = "Why had the board foreseen the net revenue of Lantern Works in fiscal 2022?"
"""A question that a drafter answers: figures are computed before."""


class ReaderCase:
    """`reader` may read a labelled document of `owner`. The reader has a clearance, and is in a group that is nested in
    a group with a grant.
    """

    def __init__(self, server, embedder):
        self.server = server
        self.tenant_id = server.tenant()
        self.documents = PublishedDocuments(server, self.tenant_id, embedder)
        self.owner, self.reader, self.admin = (
            server.user(self.tenant_id, role) for role in (Role.EDITOR, Role.ANALYST, Role.ADMIN)
        )
        self.collection = self.owner.collection()
        self.outer, self.inner = (self.create(self.admin, "/v1/groups", name=uuid4().hex) for _ in range(2))
        self.call(self.admin, "PUT", f"/v1/groups/{self.outer}/groups/{self.inner}")
        self.call(self.admin, "PUT", f"/v1/groups/{self.inner}/members/{self.reader.id}")
        self.label = self.create(self.admin, "/v1/labels", name=uuid4().hex)
        self.clearance = self.create(self.admin, "/v1/clearances", label_id=self.label, user_id=str(self.reader.id))
        self.create(self.admin, "/v1/clearances", label_id=self.label, user_id=str(self.owner.id))
        self.grant = self.create(self.owner, "/v1/grants", collection_id=self.collection["id"], group_id=self.outer)
        create = self.documents.publish(self.owner, self.collection, PAGE, issuer="Lantern Works")
        self.document, self.run = create["document"]["id"], create["run"]["id"]
        self.call(self.owner, "PUT", f"/v1/collections/{self.collection['id']}/labels/{self.label}")

    def create(self, user, path, **body):
        return self.call(user, "POST", path, json=body).json()["id"]

    def call(self, user, method, path, **options):
        answer = user.http.request(method, path, headers={"If-Match": "*"}, **options)
        assert answer.is_success, answer.text
        return answer


def withdraw_grant(case):
    case.call(case.owner, "DELETE", f"/v1/grants/{case.grant}")


def leave_group(case):
    case.call(case.admin, "DELETE", f"/v1/groups/{case.inner}/members/{case.reader.id}")


def remove_group_nesting(case):
    case.call(case.admin, "DELETE", f"/v1/groups/{case.outer}/groups/{case.inner}")


def add_label(case):
    label = case.create(case.admin, "/v1/labels", name=uuid4().hex)
    case.create(case.admin, "/v1/clearances", label_id=label, user_id=str(case.owner.id))
    case.call(case.owner, "PUT", f"/v1/documents/{case.document}/labels/{label}")


def withdraw_clearance(case):
    case.call(case.admin, "DELETE", f"/v1/clearances/{case.clearance}")


def exclude(case):
    case.create(case.owner, "/v1/exclusions", document_id=case.document, group_id=case.outer)


def expire_grant(case):
    case.documents.sql("UPDATE grants SET expires_at = now() - interval '1 second' WHERE id = :id", id=case.grant)


def move(case):
    other = case.owner.collection()
    case.call(case.owner, "PUT", f"/v1/collections/{other['id']}/labels/{case.label}")
    case.call(case.owner, "PATCH", f"/v1/documents/{case.document}", json={"collection_id": other["id"]})


def delete(case):
    case.call(case.owner, "DELETE", f"/v1/documents/{case.document}")


REVOCATIONS = (
    withdraw_grant,
    leave_group,
    remove_group_nesting,
    add_label,
    withdraw_clearance,
    exclude,
    expire_grant,
    move,
    delete,
)


@pytest.fixture(scope="module")
def embedder():
    return WordLlamaEmbedder()


@pytest.fixture
def case(server, embedder):
    return ReaderCase(server, embedder)


@pytest.mark.parametrize("revoke", REVOCATIONS, ids=lambda revoke: revoke.__name__)
def test_every_read_is_refused_after_a_right_was_revoked(case, revoke):
    get, document = case.reader.http.get, case.document
    case.owner.grant(case.collection, case.reader) if revoke is exclude else None
    asked = ask_question(case.reader, QUESTION, headers={"Idempotency-Key": "once"})
    assert cited_documents(asked) == {document}
    tag = get(f"/v1/documents/{document}").headers["etag"]
    before = get("/v1/documents", params={"limit": 1}).json()["items"]
    assert [item["id"] for item in before] == [document]

    revoke(case)

    for path in (
        "",
        "/versions",
        "/file",
        "/pages/1",
        "/pages/1/image",
        "/pages/1/overlay",
        "/tables",
        "/tables/1",
        "/labels",
    ):
        answer = get(f"/v1/documents/{document}{path}", headers={"If-None-Match": tag})
        assert answer.status_code == 404, path
    for path in (f"/v1/runs/{case.run}", f"/v1/runs/{case.run}/events"):
        assert get(path).status_code == 404
    for path in ("/v1/documents", "/v1/runs"):
        assert get(path).json() == {"items": [], "next_cursor": None}
    assert get("/v1/documents/facets").json()["total"] == 0
    assert get("/v1/suggestions", params={"q": "lantern"}).json() == {"items": []}
    assert ask_question(case.reader, QUESTION)["claims"] == []
    stored = get(f"/v1/questions/{asked['id']}").json()
    assert (stored["outcome"], stored["claims"]) == ("withdrawn", [])
    repeated = case.reader.http.post("/v1/questions", json={"question": QUESTION}, headers={"Idempotency-Key": "once"})
    assert repeated.headers["idempotent-replayed"] == "true"
    assert "4,210" not in repeated.text
    assert document not in repeated.text


@pytest.mark.parametrize("cause", ["key revoked", "user disabled"])
def test_revoked_key_and_key_of_a_disabled_user_are_refused(case, cause):
    if cause == "key revoked":
        key = case.reader.http.get("/v1/keys").json()["items"][0]["id"]
        case.call(case.admin, "DELETE", f"/v1/keys/{key}")
    else:
        case.call(case.admin, "PATCH", f"/v1/users/{case.reader.id}", json={"disabled": True})
    for path in (f"/v1/documents/{case.document}", "/v1/documents", "/v1/documents/facets", "/v1/questions"):
        assert case.reader.http.get(path).status_code == 401


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_document_hidden_during_drafting_is_not_cited(case, monkeypatch, accept):
    """The grant is withdrawn after the draft is written and before the first claim is sent."""
    draft = Drafter.draft

    async def draft_and_lose_the_right(self, *args):
        drafted = await draft(self, *args)
        assert drafted.shown
        await asyncio.to_thread(withdraw_grant, case)  # this event loop serves the request, so it must not wait
        return drafted

    monkeypatch.setattr(Drafter, "draft", draft_and_lose_the_right)
    answer = case.reader.http.post("/v1/questions", json={"question": DRAFTED}, headers={"Accept": accept})
    assert "withdrawn" in answer.text
    assert "4,210" not in answer.text
    assert "event: claim" not in answer.text


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_key_revoked_during_drafting_gets_no_answer(case, monkeypatch, accept):
    draft = Drafter.draft
    (key,) = case.reader.http.get("/v1/keys").json()["items"]

    async def draft_and_lose_the_key(self, *args):
        drafted = await draft(self, *args)
        assert drafted.shown
        await asyncio.to_thread(case.call, case.admin, "DELETE", f"/v1/keys/{key['id']}")
        return drafted

    monkeypatch.setattr(Drafter, "draft", draft_and_lose_the_key)
    answer = case.reader.http.post("/v1/questions", json={"question": DRAFTED}, headers={"Accept": accept})
    assert "key-revoked" in answer.text
    assert "event: claim" not in answer.text
    assert '"claims"' not in answer.text
    assert case.documents.sql("SELECT id FROM questions") == []


def test_answer_ends_soon_after_its_right_while_it_is_drafted(start_server, embedder, monkeypatch):
    """The key is revoked while a draft takes long: the response does not wait for the draft."""
    server = start_server(recheck_seconds=0.02)
    for accept in ("application/json", "text/event-stream"):
        check_early_end(ReaderCase(server, embedder), monkeypatch, accept)


def check_early_end(case, monkeypatch, accept):
    draft, released = Drafter.draft, Event()
    (key,) = case.reader.http.get("/v1/keys").json()["items"]

    async def draft_for_long(self, *args):
        await asyncio.to_thread(case.call, case.admin, "DELETE", f"/v1/keys/{key['id']}")
        await asyncio.to_thread(released.wait)
        return await draft(self, *args)

    monkeypatch.setattr(Drafter, "draft", draft_for_long)
    try:
        answer = case.reader.http.post("/v1/questions", json={"question": DRAFTED}, headers={"Accept": accept})
        assert "key-revoked" in answer.text
    finally:
        released.set()
    monkeypatch.undo()
    answers = case.server.app.state.services[AnswerService]
    while answers._finishing:
        Event().wait(0.01)
    assert case.documents.sql("SELECT id FROM questions") == []


def test_old_cursor_returns_no_document_that_was_hidden_later(case):
    for _ in range(3):
        case.owner.upload(case.collection)
    first = case.reader.http.get("/v1/documents", params={"limit": 2}).json()
    assert first["next_cursor"]
    withdraw_grant(case)
    rest = case.reader.http.get("/v1/documents", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert rest == {"items": [], "next_cursor": None}


def test_replay_of_an_upload_is_404_after_its_document_was_hidden(editor, admin):
    collection = editor.collection()

    def send():
        return editor.http.post(
            "/v1/documents",
            data={"collection": collection["id"]},
            files={"file": ("a.txt", b"the same words")},
            headers={"Idempotency-Key": collection["id"]},
        )

    sent = send()
    assert send().json() == sent.json()
    exclusion = {"document_id": sent.json()["document"]["id"], "user_id": str(editor.id)}
    assert admin.http.post("/v1/exclusions", json=exclusion).status_code == 201
    again = send()
    assert (again.status_code, again.json()["code"]) == (404, "document-not-found")

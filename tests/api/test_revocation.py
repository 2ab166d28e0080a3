"""Rights that end: each way of ending holds from the next request on, on every way of reading."""

import asyncio
from uuid import uuid4

import pytest

from app.answers.writing.drafting import Drafter
from app.core.principal import Role
from app.llm.wordllama_embedder import WordLlamaEmbedder
from tests.api.shelf import Shelf, answered, cited

PAGE = "Net revenue of Lantern Works was $4,210 million in fiscal 2022, as the board had foreseen in June."
QUESTION = "What was net revenue of Lantern Works in fiscal 2022?"


class Desk:
    """`owner` has a document that `reader` may read by a grant to a group in a group, cleared for the label on it."""

    def __init__(self, server, embedder):
        self.server = server
        self.tenant_id = server.tenant()
        self.shelf = Shelf(server, self.tenant_id, embedder)
        self.owner, self.reader, self.admin = (
            server.user(self.tenant_id, role) for role in (Role.EDITOR, Role.ANALYST, Role.ADMIN)
        )
        self.collection = self.owner.collection()
        self.outer, self.inner = (self.made(self.admin, "/v1/groups", name=uuid4().hex) for _ in range(2))
        self.call(self.admin, "PUT", f"/v1/groups/{self.outer}/groups/{self.inner}")
        self.call(self.admin, "PUT", f"/v1/groups/{self.inner}/members/{self.reader.id}")
        self.label = self.made(self.admin, "/v1/labels", name=uuid4().hex)
        self.clearance = self.made(self.admin, "/v1/clearances", label_id=self.label, user_id=str(self.reader.id))
        self.made(self.admin, "/v1/clearances", label_id=self.label, user_id=str(self.owner.id))
        self.grant = self.made(self.owner, "/v1/grants", collection_id=self.collection["id"], group_id=self.outer)
        made = self.shelf.put(self.owner, self.collection, PAGE, issuer="Lantern Works")
        self.document, self.run = made["document"]["id"], made["run"]["id"]
        self.call(self.owner, "PUT", f"/v1/collections/{self.collection['id']}/labels/{self.label}")

    def made(self, user, path, **body):
        return self.call(user, "POST", path, json=body).json()["id"]

    def call(self, user, method, path, **options):
        answer = user.http.request(method, path, headers={"If-Match": "*"}, **options)
        assert answer.is_success, answer.text
        return answer


def withdraw_grant(desk):
    desk.call(desk.owner, "DELETE", f"/v1/grants/{desk.grant}")


def leave_the_group(desk):
    desk.call(desk.admin, "DELETE", f"/v1/groups/{desk.inner}/members/{desk.reader.id}")


def take_the_group_out(desk):
    desk.call(desk.admin, "DELETE", f"/v1/groups/{desk.outer}/groups/{desk.inner}")


def put_a_label_on(desk):
    label = desk.made(desk.admin, "/v1/labels", name=uuid4().hex)
    desk.made(desk.admin, "/v1/clearances", label_id=label, user_id=str(desk.owner.id))
    desk.call(desk.owner, "PUT", f"/v1/documents/{desk.document}/labels/{label}")


def withdraw_clearance(desk):
    desk.call(desk.admin, "DELETE", f"/v1/clearances/{desk.clearance}")


def exclude(desk):
    desk.made(desk.owner, "/v1/exclusions", document_id=desk.document, group_id=desk.outer)


def let_the_grant_expire(desk):
    desk.shelf.sql("UPDATE grants SET expires_at = now() - interval '1 second' WHERE id = :id", id=desk.grant)


def move(desk):
    other = desk.owner.collection()
    desk.call(desk.owner, "PUT", f"/v1/collections/{other['id']}/labels/{desk.label}")
    desk.call(desk.owner, "PATCH", f"/v1/documents/{desk.document}", json={"collection_id": other["id"]})


def delete(desk):
    desk.call(desk.owner, "DELETE", f"/v1/documents/{desk.document}")


ENDINGS = (
    withdraw_grant,
    leave_the_group,
    take_the_group_out,
    put_a_label_on,
    withdraw_clearance,
    exclude,
    let_the_grant_expire,
    move,
    delete,
)


@pytest.fixture(scope="module")
def embedder():
    return WordLlamaEmbedder()


@pytest.fixture
def desk(server, embedder):
    return Desk(server, embedder)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_a_right_that_ended_holds_nowhere_from_the_next_request_on(desk, end):
    get, document = desk.reader.http.get, desk.document
    desk.owner.grant(desk.collection, desk.reader) if end is exclude else None
    asked = answered(desk.reader, QUESTION, headers={"Idempotency-Key": "once"})
    assert cited(asked) == {document}
    tag = get(f"/v1/documents/{document}").headers["etag"]
    before = get("/v1/documents", params={"limit": 1}).json()["items"]
    assert [item["id"] for item in before] == [document]

    end(desk)

    for path in ("", "/versions", "/file", "/pages/1", "/pages/1/image", "/labels"):
        answer = get(f"/v1/documents/{document}{path}", headers={"If-None-Match": tag})
        assert answer.status_code == 404, path
    for path in (f"/v1/runs/{desk.run}", f"/v1/runs/{desk.run}/events"):
        assert get(path).status_code == 404
    for path in ("/v1/documents", "/v1/runs"):
        assert get(path).json() == {"items": [], "next_cursor": None}
    assert get("/v1/documents/facets").json()["total"] == 0
    assert get("/v1/suggestions", params={"q": "lantern"}).json() == {"items": []}
    assert answered(desk.reader, QUESTION)["claims"] == []
    stored = get(f"/v1/questions/{asked['id']}").json()
    assert (stored["outcome"], stored["claims"]) == ("withdrawn", [])
    repeated = desk.reader.http.post("/v1/questions", json={"question": QUESTION}, headers={"Idempotency-Key": "once"})
    assert repeated.headers["idempotent-replayed"] == "true"
    assert "4,210" not in repeated.text
    assert document not in repeated.text


@pytest.mark.parametrize("how", ["key revoked", "user disabled"])
def test_a_key_that_ended_reads_nothing_more(desk, how):
    if how == "key revoked":
        key = desk.reader.http.get("/v1/keys").json()["items"][0]["id"]
        desk.call(desk.admin, "DELETE", f"/v1/keys/{key}")
    else:
        desk.call(desk.admin, "PATCH", f"/v1/users/{desk.reader.id}", json={"disabled": True})
    for path in (f"/v1/documents/{desk.document}", "/v1/documents", "/v1/documents/facets", "/v1/questions"):
        assert desk.reader.http.get(path).status_code == 401


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_what_closes_while_an_answer_is_drafted_is_not_cited_in_it(desk, monkeypatch, accept):
    """The sources were told already: between them and the first claim the right ends."""
    draft = Drafter.draft

    async def draft_and_lose_the_right(self, *args):
        drafted = await draft(self, *args)
        assert drafted.shown
        await asyncio.to_thread(withdraw_grant, desk)  # over HTTP, to the very loop that this runs on
        return drafted

    monkeypatch.setattr(Drafter, "draft", draft_and_lose_the_right)
    answer = desk.reader.http.post("/v1/questions", json={"question": QUESTION}, headers={"Accept": accept})
    assert "withdrawn" in answer.text
    assert "4,210" not in answer.text
    assert "event: claim" not in answer.text


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_key_that_is_revoked_while_an_answer_is_drafted_is_told_nothing_of_it(desk, monkeypatch, accept):
    draft = Drafter.draft
    (key,) = desk.reader.http.get("/v1/keys").json()["items"]

    async def draft_and_lose_the_key(self, *args):
        drafted = await draft(self, *args)
        assert drafted.shown
        await asyncio.to_thread(desk.call, desk.admin, "DELETE", f"/v1/keys/{key['id']}")
        return drafted

    monkeypatch.setattr(Drafter, "draft", draft_and_lose_the_key)
    answer = desk.reader.http.post("/v1/questions", json={"question": QUESTION}, headers={"Accept": accept})
    assert "key-revoked" in answer.text
    assert "event: claim" not in answer.text
    assert '"claims"' not in answer.text


def test_a_cursor_from_before_leads_to_nothing_that_closed_since(desk):
    for _ in range(3):
        desk.owner.upload(desk.collection)
    first = desk.reader.http.get("/v1/documents", params={"limit": 2}).json()
    assert first["next_cursor"]
    withdraw_grant(desk)
    rest = desk.reader.http.get("/v1/documents", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert rest == {"items": [], "next_cursor": None}


def test_a_repeated_upload_tells_nothing_of_a_document_that_was_closed_since(editor, admin):
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

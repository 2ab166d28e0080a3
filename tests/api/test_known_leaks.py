"""Attacks that leaked data in other products. None of them succeeds against Footnote."""

import re
from uuid import UUID, uuid4

import pytest

from app.core.principal import Role
from app.llm.wordllama_embedder import WordLlamaEmbedder
from tests.api.published_documents import PublishedDocuments, ask_question, cited_documents

SECRET = "Net revenue of Lantern Works was $4,210 million in fiscal 2022, as the board had foreseen in June."
PUBLIC = "Net revenue of Breton Quay was $77 million in fiscal 2022, which nobody had foreseen."
QUESTION = "What was net revenue of Lantern Works in fiscal 2022?"
EVERY_ROLE = tuple(role for role in Role if role is not Role.SYSTEM)
# Tables that record requests, so that every request changes them.
REQUEST_TABLES = ("audit_events", "audit_chain", "learned_classes", "idempotency_records")
FORBIDDEN_FIELDS = {
    "tenant_id": str(uuid4()),
    "id": str(uuid4()),
    "created_by": str(uuid4()),
    "created_at": "2020-01-01T00:00:00Z",
    "access_class_id": 1,
    "deleted_at": None,
    "roles": ["admin"],
    "user_id": str(uuid4()),
    "group_id": str(uuid4()),
    "revision": 99,
    "content_sha256": "0" * 64,
    "current_version_id": str(uuid4()),
    "secret_hash": "0",
    "published_by": str(uuid4()),
    "disabled_at": None,
}


class LeakCase:
    """`holder` owns a document. It is hidden from `prober` in the same tenant and from `stranger` in another tenant."""

    def __init__(self, server, embedder):
        self.server = server
        self.tenant_id = server.tenant()
        self.documents = PublishedDocuments(server, self.tenant_id, embedder)
        self.holder = server.user(self.tenant_id, Role.EDITOR)
        self.prober = server.user(self.tenant_id, Role.ANALYST)
        self.stranger = server.user(None, *EVERY_ROLE)
        self.collection = self.holder.collection()
        self.secret = self.documents.publish(
            self.holder, self.collection, SECRET, SECRET.encode(), issuer="Lantern Works"
        )
        other = "Lantern Works keeps a museum of lanterns."
        self.second = self.documents.publish(self.holder, self.collection, other, b"v2", issuer="Lantern Works")
        self.own = self.prober.collection()
        self.own_document = self.documents.publish(self.prober, self.own, PUBLIC, PUBLIC.encode(), issuer="Breton Quay")
        self.theirs = self.stranger.collection()
        self.asked = ask_question(self.holder, QUESTION)
        assert self.document in cited_documents(self.asked)

    @property
    def document(self):
        return self.secret["document"]["id"]

    @property
    def version(self):
        return self.secret["version"]["id"]


@pytest.fixture(scope="module")
def embedder():
    return WordLlamaEmbedder()


@pytest.fixture(scope="module")
def leaks(server, embedder):
    return LeakCase(server, embedder)


@pytest.fixture(params=["prober", "stranger"])
def outsider(request, leaks):
    return getattr(leaks, request.param)


def assert_reveals_nothing(leaks, *answers):
    for answer in answers:
        for word in ("Lantern", "4,210", leaks.document, leaks.version):
            assert word not in answer.text.replace(answer.request.url.path, ""), answer.text


def test_knowing_an_id_gives_no_access(leaks, outsider):
    """CVE-2026-45398: a user who knew or guessed an object's id could read the object."""
    for path in (
        f"/v1/documents/{leaks.document}",
        f"/v1/documents/{leaks.document}/versions",
        f"/v1/documents/{leaks.document}/versions/{leaks.version}",
        f"/v1/documents/{leaks.document}/labels",
        f"/v1/collections/{leaks.collection['id']}",
        f"/v1/collections/{leaks.collection['id']}/labels",
        f"/v1/runs/{leaks.secret['run']['id']}",
    ):
        answer = outsider.http.get(path)
        assert answer.status_code == 404, path
        assert_reveals_nothing(leaks, answer)


def test_ids_cannot_be_derived_from_recent_ones(leaks):
    """CVE-2026-45398: ids were sequential. Footnote's ids are UUIDs of version 7 (RFC 9562) with 74 random bits."""
    made = [UUID(leaks.prober.collection()["id"]) for _ in range(12)]
    tails = [one.int & ((1 << 62) - 1) for one in made]
    assert {one.version for one in made} == {7}
    assert min(abs(a - b) for a in tails for b in tails if a != b) > 1 << 40


def test_question_about_a_hidden_document_gets_nothing_from_it(leaks, outsider):
    """CVE-2026-45402: a message with the id of another user's file sent the file's text to the model."""
    for narrowed in (
        {"document_ids": [leaks.document]},
        {"collection_ids": [leaks.collection["id"]]},
        {"issuers": ["Lantern Works"]},
        {"document_ids": [leaks.document, leaks.own_document["document"]["id"]]},
    ):
        for question in (QUESTION, SECRET):
            answer = outsider.http.post("/v1/questions", json={"question": question, **narrowed})
            assert answer.status_code == 201
            assert not cited_documents(answer.json()) - {leaks.own_document["document"]["id"]}
            assert "4,210" not in answer.text.replace(SECRET, "")


def test_new_version_of_a_hidden_document_is_refused(leaks, outsider):
    """A variant of CVE-2026-45402: a user who adds a version to another user's document must not get access to it."""
    before = leaks.documents.digest(*REQUEST_TABLES)
    answer = outsider.http.post(f"/v1/documents/{leaks.document}/versions", files={"file": ("a.txt", b"mine")})
    assert answer.status_code == 404
    into = outsider.http.put(f"/v1/collections/{leaks.collection['id']}/files/a.txt", content=b"mine")
    named = outsider.http.post(
        "/v1/documents", data={"collection": leaks.collection["name"]}, files={"file": ("a.txt", b"mine")}
    )
    assert (into.status_code, named.status_code) == (404, 404)
    assert_reveals_nothing(leaks, answer, into)
    assert leaks.documents.digest(*REQUEST_TABLES) == before


def test_upload_of_hidden_content_creates_a_new_document(leaks):
    """A variant of CVE-2026-45402: an upload must not reveal that a hidden document has the same content."""
    known = leaks.prober.upload(leaks.own, SECRET.encode(), name="guess.txt")
    new = leaks.prober.upload(leaks.own, SECRET.encode()[::-1], name="guess.txt")
    assert known["created"] is new["created"] is True
    assert known["document"]["id"] != leaks.document
    assert known["document"]["issuer"] is None, "metadata of the hidden document must not be copied"
    assert shape(known) == shape(new)


def shape(value):
    """Return a copy of a response in which each value, except statuses, is replaced by its type."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return value if value in ("queued", "processing", "pending", "waiting") else type(value).__name__


def test_grant_on_a_hidden_object_is_refused(leaks, outsider):
    """A variant of CVE-2026-45402: a user tries to create a grant on a hidden document, or to move it."""
    before = leaks.documents.digest(*REQUEST_TABLES)
    me = str(outsider.id)
    for body in ({"document_id": leaks.document}, {"collection_id": leaks.collection["id"]}):
        assert outsider.http.post("/v1/grants", json={**body, "user_id": me, "level": "owner"}).status_code == 404
    moved = outsider.http.patch(
        f"/v1/documents/{leaks.document}", json={"collection_id": leaks.own["id"]}, headers={"If-Match": "*"}
    )
    nested = outsider.http.post("/v1/collections", json={"name": "inside", "parent_id": leaks.collection["id"]})
    assert (moved.status_code, nested.status_code) == (404, 404)
    assert leaks.documents.digest(*REQUEST_TABLES) == before


@pytest.mark.parametrize("part", ["file", "pages/1", "pages/1/image", "pages/1/filed", "tables/1", ""])
def test_version_of_a_hidden_document_is_404_under_any_document(leaks, outsider, part):
    """CVE-2026-41949: a preview was shown if its path combined the id of a hidden file with a visible parent."""
    for parent in (leaks.document, leaks.own_document["document"]["id"], str(uuid4())):
        path = f"/v1/documents/{parent}/versions/{leaks.version}/{part}".rstrip("/")
        answer = outsider.http.get(path)
        assert answer.status_code == 404, path
        assert_reveals_nothing(leaks, answer)


def test_version_is_404_under_another_document_that_the_user_may_read(leaks):
    """A variant of CVE-2026-41949: the path contains a readable document and a version of another readable document."""
    path = f"/v1/documents/{leaks.second['document']['id']}/versions/{leaks.version}"
    for part in ("", "/file", "/pages/1", "/pages/1/overlay", "/pages/1/filed", "/tables", "/tables/1"):
        assert leaks.holder.http.get(path + part).status_code == 404


def test_question_is_visible_to_its_asker_only(leaks, outsider, server):
    """CVE-2026-41950: any user who knew a chat's id could read the chat's files. Administrators could read them too."""
    colleague = server.user(leaks.tenant_id, Role.ADMIN)
    leaks.holder.grant(leaks.collection, colleague)
    for user in (outsider, colleague):
        answer = user.http.get(f"/v1/questions/{leaks.asked['id']}")
        assert answer.status_code == 404
        assert_reveals_nothing(leaks, answer)
        assert leaks.asked["id"] not in user.http.get("/v1/questions").text


def test_events_of_a_hidden_run_are_not_streamed(leaks, outsider):
    """CVE-2026-31950: any user who knew a run's id could subscribe to the run's events."""
    answer = outsider.http.get(f"/v1/runs/{leaks.secret['run']['id']}/events")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert leaks.secret["run"]["id"] not in outsider.http.get("/v1/runs", params={"document_id": leaks.document}).text


@pytest.mark.parametrize("cause", ["grant withdrawn", "user disabled", "key revoked"])
def test_open_stream_closes_when_access_is_revoked(leaks, server, cause):
    """A variant of CVE-2026-31950: a subscription must not continue after its user has lost access."""
    reader, admin = server.user(leaks.tenant_id), server.user(leaks.tenant_id, Role.ADMIN)
    grant = leaks.holder.grant(leaks.collection, reader)
    run = leaks.holder.upload(leaks.collection)["run"]["id"]
    with reader.http.stream("GET", f"/v1/runs/{run}/events") as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event")) == "event: run"
        if cause == "grant withdrawn":
            leaks.holder.http.delete(f"/v1/grants/{grant['id']}").raise_for_status()
        elif cause == "user disabled":
            change = {"json": {"disabled": True}, "headers": {"If-Match": "*"}}
            admin.http.patch(f"/v1/users/{reader.id}", **change).raise_for_status()
        else:
            key = server.client(headers={"Authorization": f"Bearer {reader.key}"}).get("/v1/keys").json()["items"][0]
            admin.http.delete(f"/v1/keys/{key['id']}").raise_for_status()
        # If the stream were still open, it would send this change of the run.
        leaks.documents.sql("UPDATE runs SET status = 'failed', error_code = 'after-the-end' WHERE id = :id", id=run)
        rest = "\n".join(lines)
    assert "after-the-end" not in rest
    assert re.findall("^event: (.+)", rest, re.MULTILINE) == ["problem"]


def test_calls_with_hidden_ids_change_nothing(leaks, outsider, server):
    """CVE-2026-42276: a user who knew an id could stop runs, keys and sessions of other users."""
    admin = server.user(leaks.tenant_id, Role.ADMIN)
    label = admin.http.post("/v1/labels", json={"name": f"wall {uuid4().hex}"}).json()["id"]
    group = admin.http.post("/v1/groups", json={"name": f"desk {uuid4().hex}"}).json()["id"]
    pack = {"name": f"pack {uuid4().hex}", "sources": ["vendor"]}
    clearance = {"label_id": label, "user_id": str(leaks.holder.id)}
    excluded = {"document_id": leaks.document, "user_id": str(admin.id)}
    names = {
        "collection_id": leaks.collection["id"],
        "document_id": leaks.document,
        "version_id": leaks.version,
        "run_id": leaks.secret["run"]["id"],
        "question_id": leaks.asked["id"],
        "user_id": str(leaks.holder.id),
        "key_id": leaks.holder.http.get("/v1/keys").json()["items"][0]["id"],
        "grant_id": leaks.holder.http.get("/v1/grants").json()["items"][0]["id"],
        "label_id": label,
        "group_id": group,
        "member_group_id": group,
        "pack_id": admin.http.post("/v1/entitlement-packs", json=pack).json()["id"],
        "clearance_id": admin.http.post("/v1/clearances", json=clearance).json()["id"],
        "exclusion_id": leaks.holder.http.post("/v1/exclusions", json=excluded).json()["id"],
        "filename": "a.txt",
    }
    bodies = {"/v1/documents/{document_id}": {"fiscal_year": 1999}, "/v1/users/{user_id}": {"disabled": True}}
    before = leaks.documents.digest(*REQUEST_TABLES)
    tried = 0
    for path, item in server.client().get("/openapi.json").json()["paths"].items():
        for method in item.keys() & {"put", "post", "patch", "delete"}:
            # Publishers choose the ids of evaluation runs, so test_evaluations.py tests these operations.
            if "_id}" not in path or "eval-runs" in path:
                continue
            address = re.sub(r"\{(\w+)\}", lambda name: names.get(name[1], str(uuid4())), path)
            body = {} if method == "delete" else {"json": bodies.get(path, {"name": f"taken {uuid4().hex}"})}
            answer = outsider.http.request(method, address, headers={"If-Match": "*"}, **body)
            assert answer.status_code in (403, 404, 422), (method, path, answer.text)
            tried += 1
    assert tried > 20
    assert leaks.documents.digest(*REQUEST_TABLES) == before


def json_operations(document):
    """Yield (method, path, example of the body, field names of the body) for each operation with a JSON body."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            schema = content["schema"]
            schema = (
                document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            )
            examples = [example["value"] for example in content.get("examples", {}).values()]
            example = next(iter([*examples, *schema.get("examples", ()), *filter(None, [content.get("example")])]), {})
            yield method, path, example, set(schema.get("properties", ()))


def test_bodies_with_undeclared_fields_are_refused(leaks, server):
    """CVE-2026-41277: all fields of a body were stored, even the id of a tenant."""
    document = server.client().get("/openapi.json").json()
    foreign, own = (
        leaks.documents.digest(),
        PublishedDocuments(server, leaks.stranger.tenant_id, leaks.documents.embedder),
    )
    before, tried = own.digest("audit_events"), 0
    for method, path, example, known in json_operations(document):
        address = re.sub(r"\{\w+\}", lambda _: str(uuid4()), path)
        sent = {name: FORBIDDEN_FIELDS[name] for name in FORBIDDEN_FIELDS.keys() - known}
        answer = leaks.stranger.http.request(method, address, json={**example, **sent}, headers={"If-Match": "*"})
        assert answer.status_code == 422, (method, path, answer.text)
        if path != "/v1/eval-runs/{run_id}":  # this operation reports only its first error, and only as text
            refused = {error["where"].rpartition(".")[2] for error in answer.json()["errors"]}
            assert sent.keys() <= refused, (method, path, answer.text)
        tried += 1
    assert tried > 15
    assert leaks.documents.digest() == foreign
    assert own.digest("audit_events") == before


def test_bodies_with_ids_of_another_tenant_are_refused(leaks, server):
    """A variant of CVE-2026-41277: ids in a body must not refer to objects of another tenant."""
    admin = server.user(leaks.tenant_id, Role.ADMIN)
    label = admin.http.post("/v1/labels", json={"name": f"wall {uuid4().hex}"}).json()["id"]
    group = admin.http.post("/v1/groups", json={"name": f"desk {uuid4().hex}"}).json()["id"]
    stranger, me = leaks.stranger.http, str(leaks.stranger.id)
    own_label = stranger.post("/v1/labels", json={"name": "ours"}).json()["id"]
    own_document = leaks.stranger.upload(leaks.theirs)["document"]["id"]
    before = leaks.documents.digest()
    holder = str(leaks.holder.id)
    for method, path, body in (
        ("POST", "/v1/keys", {"name": "k", "user_id": holder}),
        ("POST", "/v1/collections", {"name": "c", "parent_id": leaks.collection["id"]}),
        ("PATCH", f"/v1/collections/{leaks.theirs['id']}", {"parent_id": leaks.collection["id"]}),
        ("PATCH", f"/v1/documents/{own_document}", {"collection_id": leaks.collection["id"]}),
        ("POST", "/v1/grants", {"collection_id": leaks.theirs["id"], "user_id": holder, "level": "viewer"}),
        ("POST", "/v1/grants", {"collection_id": leaks.theirs["id"], "group_id": group, "level": "viewer"}),
        ("POST", "/v1/grants", {"collection_id": leaks.collection["id"], "user_id": me, "level": "viewer"}),
        ("POST", "/v1/clearances", {"label_id": label, "user_id": me}),
        ("POST", "/v1/clearances", {"label_id": own_label, "user_id": holder}),
        ("POST", "/v1/clearances", {"label_id": own_label, "group_id": group}),
        ("POST", "/v1/exclusions", {"document_id": leaks.document, "user_id": me}),
        ("POST", "/v1/exclusions", {"document_id": own_document, "user_id": holder}),
        ("PUT", f"/v1/documents/{own_document}/labels/{label}", None),
        ("PUT", f"/v1/groups/{group}/members/{me}", None),
    ):
        answer = stranger.request(method, path, json=body, headers={"If-Match": "*"})
        assert answer.status_code in (404, 422), (method, path, answer.text)
        assert not set(re.findall(r"[0-9a-f-]{36}", answer.text)) & {leaks.document, leaks.version}
    assert leaks.documents.digest() == before


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "the-same"}], ids=["no key", "the same key"])
@pytest.mark.parametrize("asked", [QUESTION, "In fiscal 2022, how much net revenue had Lantern Works?"])
def test_answers_are_not_reused_for_other_users(leaks, outsider, headers, asked):
    """Other products cached answers by a question's meaning or a client's key, and sent them to other users."""
    headers = {name: f"{value}-{len(asked)}" for name, value in headers.items()}
    first = ask_question(leaks.holder, QUESTION, headers=headers)
    again = outsider.http.post("/v1/questions", json={"question": asked}, headers=headers)
    assert leaks.document in cited_documents(first)
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
    assert leaks.document not in cited_documents(again.json())
    assert "4,210" not in again.text

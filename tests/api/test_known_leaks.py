"""Leaks that products of this kind have had, each done here as it was done there: none of them works."""

import re
from uuid import UUID, uuid4

import pytest

from app.core.principal import Role
from app.llm.wordllama_embedder import WordLlamaEmbedder
from tests.api.shelf import Shelf, answered, cited

SECRET = "Net revenue of Lantern Works was $4,210 million in fiscal 2022, as the board had foreseen in June."
PUBLIC = "Net revenue of Breton Quay was $77 million in fiscal 2022, which nobody had foreseen."
QUESTION = "What was net revenue of Lantern Works in fiscal 2022?"
EVERY_ROLE = tuple(role for role in Role if role is not Role.SYSTEM)
# What is written of whoever asks, not of what they ask for.
OF_ASKING = ("audit_events", "audit_chain", "learned_classes", "idempotency_records")
OTHERS = {
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


class Leaks:
    """`holder` has a document that `prober`, of the same tenant, and `stranger`, of another, may not see."""

    def __init__(self, server, embedder):
        self.server = server
        self.tenant_id = server.tenant()
        self.shelf = Shelf(server, self.tenant_id, embedder)
        self.holder = server.user(self.tenant_id, Role.EDITOR)
        self.prober = server.user(self.tenant_id, Role.ANALYST)
        self.stranger = server.user(None, *EVERY_ROLE)
        self.collection = self.holder.collection()
        self.secret = self.shelf.put(self.holder, self.collection, SECRET, SECRET.encode(), issuer="Lantern Works")
        self.second = self.shelf.put(self.holder, self.collection, SECRET + " ", b"v2", issuer="Lantern Works")
        self.own = self.prober.collection()
        self.mine = self.shelf.put(self.prober, self.own, PUBLIC, PUBLIC.encode(), issuer="Breton Quay")
        self.theirs = self.stranger.collection()
        self.asked = answered(self.holder, QUESTION)
        assert self.document in cited(self.asked)

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
    return Leaks(server, embedder)


@pytest.fixture(params=["prober", "stranger"])
def outsider(request, leaks):
    return getattr(leaks, request.param)


def tells_nothing(leaks, *answers):
    for answer in answers:
        for word in ("Lantern", "4,210", leaks.document, leaks.version):
            assert word not in answer.text.replace(answer.request.url.path, ""), answer.text


def test_an_id_that_is_known_or_guessed_opens_nothing(leaks, outsider):
    """CVE-2026-45398: whoever had an object's id, raw or guessed, could read it."""
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
        tells_nothing(leaks, answer)


def test_an_id_can_not_be_worked_out_from_one_that_was_made_a_moment_before(leaks):
    """CVE-2026-45398, where ids followed one another. Ours are of RFC 9562's version 7: 74 bits of each are random."""
    made = [UUID(leaks.prober.collection()["id"]) for _ in range(12)]
    tails = [one.int & ((1 << 62) - 1) for one in made]
    assert {one.version for one in made} == {7}
    assert min(abs(a - b) for a in tails for b in tails if a != b) > 1 << 40


def test_naming_a_foreign_document_in_a_question_reads_none_of_it(leaks, outsider):
    """CVE-2026-45402: a file's id attached to one's own message gave its words to the model."""
    for narrowed in (
        {"document_ids": [leaks.document]},
        {"collection_ids": [leaks.collection["id"]]},
        {"issuers": ["Lantern Works"]},
        {"document_ids": [leaks.document, leaks.mine["document"]["id"]]},
    ):
        for question in (QUESTION, SECRET):
            answer = outsider.http.post("/v1/questions", json={"question": question, **narrowed})
            assert answer.status_code == 201
            assert not cited(answer.json()) - {leaks.mine["document"]["id"]}
            assert "4,210" not in answer.text.replace(SECRET, "")


def test_a_version_put_onto_a_foreign_document_is_refused_and_takes_nothing_from_it(leaks, outsider):
    """CVE-2026-45402, by writing: attaching one's own file to a foreign document made one its reader."""
    before = leaks.shelf.digest(*OF_ASKING)
    answer = outsider.http.post(f"/v1/documents/{leaks.document}/versions", files={"file": ("a.txt", b"mine")})
    assert answer.status_code == 404
    into = outsider.http.put(f"/v1/collections/{leaks.collection['id']}/files/a.txt", content=b"mine")
    named = outsider.http.post(
        "/v1/documents", data={"collection": leaks.collection["name"]}, files={"file": ("a.txt", b"mine")}
    )
    assert (into.status_code, named.status_code) == (404, 404)
    tells_nothing(leaks, answer, into)
    assert leaks.shelf.digest(*OF_ASKING) == before


def test_sending_the_bytes_of_a_hidden_file_makes_a_document_of_ones_own(leaks):
    """CVE-2026-45402, by content: what is stored by its digest is not a key to who else stored it."""
    known = leaks.prober.upload(leaks.own, SECRET.encode(), name="guess.txt")
    new = leaks.prober.upload(leaks.own, SECRET.encode()[::-1], name="guess.txt")
    assert known["created"] is new["created"] is True
    assert known["document"]["id"] != leaks.document
    assert known["document"]["issuer"] is None, "what the other's document says of itself stays there"
    assert shape(known) == shape(new)


def shape(value):
    """An answer without its values: what fields there are, of which kind, and how it stands with the work."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return value if value in ("queued", "processing", "pending", "waiting") else type(value).__name__


def test_a_grant_on_what_one_does_not_own_is_refused(leaks, outsider):
    """CVE-2026-45402, by sharing: giving oneself, or a collection of one's own, a foreign document."""
    before = leaks.shelf.digest(*OF_ASKING)
    me = str(outsider.id)
    for body in ({"document_id": leaks.document}, {"collection_id": leaks.collection["id"]}):
        assert outsider.http.post("/v1/grants", json={**body, "user_id": me, "level": "owner"}).status_code == 404
    moved = outsider.http.patch(
        f"/v1/documents/{leaks.document}", json={"collection_id": leaks.own["id"]}, headers={"If-Match": "*"}
    )
    nested = outsider.http.post("/v1/collections", json={"name": "inside", "parent_id": leaks.collection["id"]})
    assert (moved.status_code, nested.status_code) == (404, 404)
    assert leaks.shelf.digest(*OF_ASKING) == before


@pytest.mark.parametrize("part", ["file", "pages/1", "pages/1/image", ""])
def test_a_preview_by_a_versions_id_needs_the_right_to_its_own_document(leaks, outsider, part):
    """CVE-2026-41949: previews were served by a file's id, under whatever visible parent it was asked for."""
    for parent in (leaks.document, leaks.mine["document"]["id"], str(uuid4())):
        path = f"/v1/documents/{parent}/versions/{leaks.version}/{part}".rstrip("/")
        answer = outsider.http.get(path)
        assert answer.status_code == 404, path
        tells_nothing(leaks, answer)


def test_a_version_is_not_to_be_had_under_another_document_even_by_who_may_see_both(leaks):
    """CVE-2026-41949, within one's own: a path that names two documents is one document's, or nothing."""
    path = f"/v1/documents/{leaks.second['document']['id']}/versions/{leaks.version}"
    for part in ("", "/file", "/pages/1"):
        assert leaks.holder.http.get(path + part).status_code == 404


def test_another_askers_question_with_its_sources_is_nobody_elses(leaks, outsider, server):
    """CVE-2026-41950: the files of a chat were to be read by whoever knew its id, an administrator too."""
    colleague = server.user(leaks.tenant_id, Role.ADMIN)
    leaks.holder.grant(leaks.collection, colleague)
    for user in (outsider, colleague):
        answer = user.http.get(f"/v1/questions/{leaks.asked['id']}")
        assert answer.status_code == 404
        tells_nothing(leaks, answer)
        assert leaks.asked["id"] not in user.http.get("/v1/questions").text


def test_a_stream_by_a_foreign_runs_id_never_begins(leaks, outsider):
    """CVE-2026-31950: whoever subscribed to a run by its id was sent its events."""
    answer = outsider.http.get(f"/v1/runs/{leaks.secret['run']['id']}/events")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert leaks.secret["run"]["id"] not in outsider.http.get("/v1/runs", params={"document_id": leaks.document}).text


@pytest.mark.parametrize("how", ["grant withdrawn", "user disabled", "key revoked"])
def test_a_stream_that_is_open_ends_with_the_right_to_it(leaks, server, how):
    """CVE-2026-31950, later: a subscription outlived the right that it was made with."""
    reader, admin = server.user(leaks.tenant_id), server.user(leaks.tenant_id, Role.ADMIN)
    grant = leaks.holder.grant(leaks.collection, reader)
    run = leaks.holder.upload(leaks.collection)["run"]["id"]
    with reader.http.stream("GET", f"/v1/runs/{run}/events") as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event")) == "event: run"
        if how == "grant withdrawn":
            leaks.holder.http.delete(f"/v1/grants/{grant['id']}").raise_for_status()
        elif how == "user disabled":
            change = {"json": {"disabled": True}, "headers": {"If-Match": "*"}}
            admin.http.patch(f"/v1/users/{reader.id}", **change).raise_for_status()
        else:
            key = server.client(headers={"Authorization": f"Bearer {reader.key}"}).get("/v1/keys").json()["items"][0]
            admin.http.delete(f"/v1/keys/{key['id']}").raise_for_status()
        # A change of the run, which a stream that went on would tell of.
        leaks.shelf.sql("UPDATE runs SET status = 'failed', error_code = 'told-to-nobody' WHERE id = :id", id=run)
        rest = "\n".join(lines)
    assert "told-to-nobody" not in rest
    assert re.findall("^event: (.+)", rest, re.MULTILINE) == ["problem"]


def test_no_call_by_a_foreign_id_stops_or_changes_what_it_names(leaks, outsider, server):
    """CVE-2026-42276: runs, keys and sessions of others could be stopped by their id."""
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
    before = leaks.shelf.digest(*OF_ASKING)
    tried = 0
    for path, item in server.client().get("/openapi.json").json()["paths"].items():
        for method in item.keys() & {"put", "post", "patch", "delete"}:
            # The path of an evaluation's run is a name of its publisher's own: see test_eval_publishing.
            if "_id}" not in path or "eval-runs" in path:
                continue
            address = re.sub(r"\{(\w+)\}", lambda name: names.get(name[1], str(uuid4())), path)
            body = {} if method == "delete" else {"json": bodies.get(path, {"name": f"taken {uuid4().hex}"})}
            answer = outsider.http.request(method, address, headers={"If-Match": "*"}, **body)
            assert answer.status_code in (403, 404, 422), (method, path, answer.text)
            tried += 1
    assert tried > 20
    assert leaks.shelf.digest(*OF_ASKING) == before


def json_operations(document):
    """(method, path, an example of its body, the names its schema has) of all operations that take JSON."""
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


def test_no_body_sets_what_is_not_the_callers_to_set(leaks, server):
    """CVE-2026-41277: fields of a body were written as they came, the tenant's id among them."""
    document = server.client().get("/openapi.json").json()
    foreign, own = leaks.shelf.digest(), Shelf(server, leaks.stranger.tenant_id, leaks.shelf.embedder)
    before, tried = own.digest("audit_events"), 0
    for method, path, example, known in json_operations(document):
        address = re.sub(r"\{\w+\}", lambda _: str(uuid4()), path)
        sent = {name: OTHERS[name] for name in OTHERS.keys() - known}
        answer = leaks.stranger.http.request(method, address, json={**example, **sent}, headers={"If-Match": "*"})
        assert answer.status_code == 422, (method, path, answer.text)
        if (
            path != "/v1/eval-runs/{run_id}"
        ):  # which says what is wrong with a record in a sentence, the first thing only
            refused = {error["where"].rpartition(".")[2] for error in answer.json()["errors"]}
            assert sent.keys() <= refused, (method, path, answer.text)
        tried += 1
    assert tried > 15
    assert leaks.shelf.digest() == foreign
    assert own.digest("audit_events") == before


def test_a_body_that_names_things_of_another_tenant_is_refused(leaks, server):
    """CVE-2026-41277, by reference: the body's ids, which are to be set, led into another tenant."""
    admin = server.user(leaks.tenant_id, Role.ADMIN)
    label = admin.http.post("/v1/labels", json={"name": f"wall {uuid4().hex}"}).json()["id"]
    group = admin.http.post("/v1/groups", json={"name": f"desk {uuid4().hex}"}).json()["id"]
    stranger, me = leaks.stranger.http, str(leaks.stranger.id)
    own_label = stranger.post("/v1/labels", json={"name": "ours"}).json()["id"]
    mine = leaks.stranger.upload(leaks.theirs)["document"]["id"]
    before = leaks.shelf.digest()
    holder = str(leaks.holder.id)
    for method, path, body in (
        ("POST", "/v1/keys", {"name": "k", "user_id": holder}),
        ("POST", "/v1/collections", {"name": "c", "parent_id": leaks.collection["id"]}),
        ("PATCH", f"/v1/collections/{leaks.theirs['id']}", {"parent_id": leaks.collection["id"]}),
        ("PATCH", f"/v1/documents/{mine}", {"collection_id": leaks.collection["id"]}),
        ("POST", "/v1/grants", {"collection_id": leaks.theirs["id"], "user_id": holder, "level": "viewer"}),
        ("POST", "/v1/grants", {"collection_id": leaks.theirs["id"], "group_id": group, "level": "viewer"}),
        ("POST", "/v1/grants", {"collection_id": leaks.collection["id"], "user_id": me, "level": "viewer"}),
        ("POST", "/v1/clearances", {"label_id": label, "user_id": me}),
        ("POST", "/v1/clearances", {"label_id": own_label, "user_id": holder}),
        ("POST", "/v1/clearances", {"label_id": own_label, "group_id": group}),
        ("POST", "/v1/exclusions", {"document_id": leaks.document, "user_id": me}),
        ("POST", "/v1/exclusions", {"document_id": mine, "user_id": holder}),
        ("PUT", f"/v1/documents/{mine}/labels/{label}", None),
        ("PUT", f"/v1/groups/{group}/members/{me}", None),
    ):
        answer = stranger.request(method, path, json=body, headers={"If-Match": "*"})
        assert answer.status_code in (404, 422), (method, path, answer.text)
        assert not set(re.findall(r"[0-9a-f-]{36}", answer.text)) & {leaks.document, leaks.version}
    assert leaks.shelf.digest() == before


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "the-same"}], ids=["no key", "the same key"])
@pytest.mark.parametrize("asked", [QUESTION, "In fiscal 2022, how much net revenue had Lantern Works?"])
def test_an_answer_is_made_for_its_asker_whatever_others_were_answered(leaks, outsider, headers, asked):
    """Answers kept by a question's meaning, or by a key that the client chose, went to whoever asked next."""
    headers = {name: f"{value}-{len(asked)}" for name, value in headers.items()}
    first = answered(leaks.holder, QUESTION, headers=headers)
    again = outsider.http.post("/v1/questions", json={"question": asked}, headers=headers)
    assert leaks.document in cited(first)
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
    assert leaks.document not in cited(again.json())
    assert "4,210" not in again.text

"""Tests problem details, idempotency keys, conditional edits, rate limits, probes and security headers."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.identity.service import IdentityService


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["instance"].endswith(answer.headers["x-request-id"])
    return body


def test_unknown_route_is_a_problem(editor):
    problem(editor.http.get("/v1/nowhere"), 404, "route-not-found")


def test_response_to_a_wrong_method_lists_the_allowed_methods(editor):
    answer = editor.http.put("/v1/keys", json={})
    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]


def test_broken_json_is_a_malformed_request(editor):
    headers = {"Content-Type": "application/json"}
    problem(editor.http.post("/v1/keys", content=b"{", headers=headers), 400, "malformed-request")
    answer = editor.http.post("/v1/keys", content=b'"\xff"', headers=headers)
    assert answer.status_code in (400, 422)


def test_response_to_an_invalid_body_lists_every_error(admin):
    body = problem(admin.http.post("/v1/users", json={"email": "x", "extra": 1}), 422, "invalid-input")
    assert {finding["where"] for finding in body["errors"]} == {"body.email", "body.name", "body.extra"}


def test_error_for_json_without_content_type_names_the_header(editor):
    answer = editor.http.post("/v1/keys", content=b'{"name": "notebook"}', headers={"Content-Type": "text/plain"})
    assert "'Content-Type: application/json'" in problem(answer, 422, "invalid-input")["detail"]


def test_malformed_id_is_explained(editor):
    detail = problem(editor.http.get("/v1/documents/abc"), 422, "invalid-input")["detail"]
    assert detail.startswith("path.document_id: This is not an ID: IDs are UUIDs")


def test_invalid_parameter_that_a_dependency_shares_is_listed_once(editor):
    body = problem(editor.http.get("/v1/runs/abc/events"), 422, "invalid-input")
    assert [finding["where"] for finding in body["errors"]] == ["path.run_id"]


@pytest.mark.parametrize("bad", ["a\x00b", "\x00", "a\x07b", "a\x1bb", "a\nb", "\ud800", "a\x7fb"])
def test_control_characters_in_bodies_are_refused(editor, admin, bad):
    collection = editor.collection()
    etag = editor.http.get(f"/v1/collections/{collection['id']}").headers["etag"]
    escaped = {"Content-Type": "application/json", "If-Match": etag}
    quoted = "".join(f"\\u{ord(character):04x}" for character in bad)
    body = f'{{"name": "{quoted}"}}'.encode()
    for method, path, user in (
        ("POST", "/v1/keys", editor),
        ("POST", "/v1/collections", editor),
        ("PATCH", f"/v1/collections/{collection['id']}", editor),
        ("POST", "/v1/groups", admin),
    ):
        answer = user.http.request(method, path, content=body, headers=escaped)
        assert problem(answer, 422, answer.json()["code"])["code"] in ("invalid-text", "invalid-input")


@pytest.mark.parametrize("path", ["/v1/documents?issuer=%00", "/v1/keys?cursor=%00", "/v1/documents?issuer=%ff"])
def test_control_characters_in_queries_are_refused(editor, path):
    assert editor.http.get(path).status_code in (200, 422)
    assert editor.http.get(path.replace("%ff", "%01")).status_code == 422


def test_unknown_kind_of_change_is_refused(editor):
    body = problem(editor.http.get("/v1/changes?kind=field.aproved"), 422, "invalid-input")
    assert "'field.approved'" in body["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/v1/documents/%00", "/v1/runs/x", "/v1/collections/1/files/%00"])
def test_malformed_ids_are_refused(editor, path):
    answer = editor.http.get(path) if "files" not in path else editor.http.put(path, content=b"x")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_problem_types_can_be_looked_up(server):
    client = server.client()
    assert client.get("/problems/upload-too-large").json()["status"] == 413
    problem(client.get("/problems/no-such"), 404, "problem-kind-not-found")


def test_unexpected_error_is_a_problem_without_traceback(server, editor, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("secret words")

    monkeypatch.setattr(server.app.state.services[IdentityService], "list_keys", fail)
    answer = editor.http.get("/v1/keys")
    problem(answer, 500, "internal")
    assert "secret words" not in answer.text
    assert "Traceback" not in answer.text


def test_well_formed_request_id_of_the_client_is_kept(server):
    client = server.client()
    assert client.get("/livez", headers={"X-Request-ID": "my-request-1"}).headers["x-request-id"] == "my-request-1"
    assert client.get("/livez", headers={"X-Request-ID": "a b<c>"}).headers["x-request-id"] != "a b<c>"


def test_responses_have_security_headers(editor):
    headers = editor.http.get("/v1/me").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")


# --- idempotency keys ---


def test_repeated_post_is_executed_once_and_its_response_replayed(server, editor):
    headers = {"Idempotency-Key": uuid4().hex}
    first = editor.http.post("/v1/keys", json={"name": "once"}, headers=headers)
    second = editor.http.post("/v1/keys", json={"name": "once"}, headers=headers)
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert [key["name"] for key in editor.http.get("/v1/keys").json()["items"]].count("once") == 1
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        kept = session.scalars(text("SELECT body FROM idempotency_records")).all()
    assert all(first.json()["secret"].encode() not in bytes(body) for body in kept if body)


def test_idempotency_key_of_another_request_is_refused(editor):
    headers = {"Idempotency-Key": uuid4().hex}
    editor.http.post("/v1/keys", json={"name": "one"}, headers=headers)
    problem(editor.http.post("/v1/keys", json={"name": "two"}, headers=headers), 422, "idempotency-key-reused")
    problem(editor.http.post("/v1/collections", json={"name": "one"}, headers=headers), 422, "idempotency-key-reused")


def test_idempotency_keys_are_per_user(editor, admin):
    headers = {"Idempotency-Key": uuid4().hex}
    first = editor.http.post("/v1/keys", json={"name": "one"}, headers=headers)
    second = admin.http.post("/v1/keys", json={"name": "one"}, headers=headers)
    assert first.json()["id"] != second.json()["id"]


def test_failed_post_can_be_repeated_with_its_idempotency_key(editor):
    headers = {"Idempotency-Key": uuid4().hex}
    body = {"name": f"inside {uuid4().hex}", "parent_id": str(uuid4())}
    problem(editor.http.post("/v1/collections", json=body, headers=headers), 404, "collection-not-found")
    problem(editor.http.post("/v1/collections", json=body, headers=headers), 404, "collection-not-found")


def test_concurrent_repeats_are_executed_once(editor):
    headers = {"Idempotency-Key": uuid4().hex}
    name = uuid4().hex
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: editor.http.post("/v1/keys", json={"name": name}, headers=headers), range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency-in-progress"}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1


def test_idempotency_claim_of_a_dead_process_expires(server, editor):
    headers = {"Idempotency-Key": uuid4().hex}
    first = editor.http.post("/v1/keys", json={"name": "one"}, headers=headers).json()
    change = "UPDATE idempotency_records SET status = NULL, body = NULL, expires_at = {} WHERE key = :key"
    key = {"key": headers["Idempotency-Key"]}
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        session.execute(text(change.format("now() + interval '1 minute'")), key)
    problem(editor.http.post("/v1/keys", json={"name": "one"}, headers=headers), 409, "idempotency-in-progress")
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        session.execute(text(change.format("now() - interval '1 second'")), key)
    assert editor.http.post("/v1/keys", json={"name": "one"}, headers=headers).json()["id"] != first["id"]


@pytest.mark.parametrize("key", ["", "a b", "é".encode(), "x" * 256])
def test_idempotency_key_must_be_visible_ascii(editor, key):
    answer = editor.http.post("/v1/keys", json={"name": "one"}, headers={"Idempotency-Key": key})
    problem(answer, 422, "idempotency-key-invalid")


def test_upload_is_replayed_only_for_the_same_content(editor):
    collection = editor.collection()
    headers = {"Idempotency-Key": uuid4().hex}

    def send(content):
        files = {"file": ("a.txt", content)}
        return editor.http.post("/v1/documents", data={"collection": collection["id"]}, files=files, headers=headers)

    first, second = send(b"one"), send(b"one")
    assert (second.status_code, second.json()) == (202, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    problem(send(b"two"), 422, "idempotency-key-reused")


def test_fingerprint_of_a_request_includes_the_password_as_a_keyed_hash(server, editor):
    collection = editor.collection()
    headers = {"Idempotency-Key": uuid4().hex}

    def send(password):
        data = {"collection": collection["id"], "password": password}
        return editor.http.post("/v1/documents", data=data, files={"file": ("a.txt", b"one")}, headers=headers)

    assert send("sesame").json() == send("sesame").json()
    problem(send("other"), 422, "idempotency-key-reused")
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        query = text("SELECT fingerprint FROM idempotency_records WHERE key = :key")
        kept = session.scalars(query, {"key": headers["Idempotency-Key"]}).one()
    digest = hashlib.sha256()
    for part in (b"POST", b"/v1/documents", b"", hashlib.sha256(b"one").hexdigest().encode(), b"a.txt", b"", b"sesame"):
        digest.update(len(part).to_bytes(8, "big") + part)
    assert kept != digest.hexdigest()


# --- edits ---


def test_edit_needs_the_current_etag(editor):
    document = editor.upload(editor.collection())["document"]
    path = f"/v1/documents/{document['id']}"
    etag = editor.http.get(path).headers["etag"]
    change = {"fiscal_year": 2023, "issuer": "Example Holdings plc"}
    problem(editor.http.patch(path, json=change), 428, "precondition-required")
    problem(editor.http.patch(path, json=change, headers={"If-Match": '"999"'}), 412, "precondition-failed")
    changed = editor.http.patch(path, json=change, headers={"If-Match": etag})
    assert changed.json()["fiscal_year"] == 2023
    assert changed.json()["metadata_sources"]["issuer"] == {"by": "editor"}
    assert changed.headers["etag"] != etag
    problem(editor.http.patch(path, json=change, headers={"If-Match": etag}), 412, "precondition-failed")
    found = editor.http.get("/v1/documents", params={"issuer": "EXAMPLE Holdings", "fiscal_year": 2023}).json()
    assert [item["id"] for item in found["items"]] == [document["id"]]


def test_viewer_may_read_but_not_edit_or_delete(editor, analyst):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    path = f"/v1/documents/{document['id']}"
    problem(analyst.http.get(path), 404, "document-not-found")
    editor.grant(collection, analyst)
    assert analyst.http.get(path).status_code == 200
    headers = {"If-Match": "*"}
    problem(analyst.http.patch(path, json={"fiscal_year": 2023}, headers=headers), 403, "not-editable")
    problem(analyst.http.delete(path), 403, "not-editable")


def test_deleted_document_is_404(editor):
    collection = editor.collection()
    uploaded = editor.upload(collection, b"Revenue was 9.")
    path = f"/v1/documents/{uploaded['document']['id']}"
    assert editor.http.delete(path).status_code == 204
    for gone in ("", "/versions", "/file", "/pages/1", "/pages/1/image", "/pages/1/filed", "/tables/1"):
        problem(editor.http.get(path + gone), 404, "document-not-found")
    problem(editor.http.get(f"/v1/runs/{uploaded['run']['id']}"), 404, "run-not-found")
    assert editor.http.get("/v1/documents").json()["items"] == []
    again = editor.upload(collection, b"Revenue was 9.")
    assert again["document"]["id"] != uploaded["document"]["id"]


# --- rates and probes ---


def test_requests_over_the_rate_get_a_retry_time(start_server):
    user = start_server(requests_per_minute=3).user()
    answers = [user.http.get("/v1/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"requests";r=2;t=')
    problem(answers[3], 429, "rate-limited")
    assert 1 <= int(answers[3].headers["retry-after"]) <= 120


def test_uploads_have_their_own_rate(start_server):
    user = start_server(uploads_per_minute=1).user()
    collection = user.collection()
    user.upload(collection)
    problem(user.http.put(f"/v1/collections/{collection['id']}/files/a.txt", content=b"x"), 429, "rate-limited")
    assert user.http.get("/v1/me").status_code == 200


def test_readiness_probe_names_the_failed_part(server):
    client = server.client()
    assert client.get("/livez").json() == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    absent = {"relay", "scheduler", "worker", "queues"}  # without these processes, they are not ready after a while
    assert {name for name, part in parts.items() if not part["ready"]} - absent == {"broker"}
    assert answer.headers["retry-after"]
    exclude = ["broker", *absent]
    assert client.get("/readyz", params={"exclude": exclude}).json()["status"] == "ready"
    assert "uploads are stored" in parts["broker"]["detail"]


def test_metrics_count_requests_by_route(server, editor):
    editor.http.get("/v1/me")
    assert (
        'footnote_http_requests_total{method="GET",route="/v1/me",status="200"}' in server.client().get("/metrics").text
    )

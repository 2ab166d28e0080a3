"""Uploads over a real connection: streaming, deduplication, rejection of large bodies, and clean-up after an abort."""

import hashlib
import socket
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.documents.uploads.service import UploadService
from app.storage.holding import claim_blob, hold_blob

MIB = 1024 * 1024


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(body["detail"]) > 20
    return body


def stored_files(server, tenant):
    folder = server.blobs / str(tenant)
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def partial_files(server):
    return list((server.blobs / ".partial").iterdir())


def send(user, collection, content=b"Revenue was 5.", name="a.txt", **fields):
    data = {"collection": collection["id"], **fields}
    return user.http.post("/v1/documents", data=data, files={"file": (name, content)})


def test_upload_returns_the_url_of_its_run(editor):
    answer = send(editor, editor.collection(), name="Annual report.txt")
    body = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/runs/{body['run']['id']}"
    assert (body["document"]["filename"], body["document"]["title"]) == ("Annual report.txt", "Annual report")
    run = editor.http.get(answer.headers["location"]).json()
    assert (run["status"], run["document_id"]) == ("queued", body["document"]["id"])
    assert run["stages"][0]["name"] == "validate"


def test_collection_can_be_given_by_name(editor):
    collection = editor.collection()
    body = send(editor, {"id": collection["name"]}).json()
    assert body["document"]["collection_id"] == collection["id"]


def test_file_can_be_uploaded_by_put(editor):
    body = editor.upload(editor.collection(), b"Revenue was 7.", name="Bericht%20%C3%BC.txt")
    assert body["document"]["filename"] == "Bericht ü.txt"
    file = editor.http.get(f"/v1/documents/{body['document']['id']}/file")
    assert file.content == b"Revenue was 7."
    assert file.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Bericht%20%C3%BC.txt" in file.headers["content-disposition"]


def test_second_upload_of_the_same_content_creates_no_document(editor):
    collection = editor.collection()
    first, second = send(editor, collection, name="a.txt"), send(editor, collection, name="b.txt")
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["document"]["id"] == first.json()["document"]["id"]
    assert second.json()["run"]["id"] == first.json()["run"]["id"]


def test_concurrent_uploads_of_same_content_create_one_document(editor):
    collection = editor.collection()
    content = uuid4().bytes * 1000
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(editor, collection, content), range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [202]
    assert len({answer.json()["document"]["id"] for answer in answers}) == 1
    assert len({answer.json()["run"]["id"] for answer in answers}) == 1


def test_same_content_in_another_collection_creates_a_document(editor):
    first, second = send(editor, editor.collection()), send(editor, editor.collection())
    assert first.json()["document"]["id"] != second.json()["document"]["id"]


def test_file_published_before_tables_were_stored_is_read_again_once(server, editor):
    collection = editor.collection()
    first = send(editor, collection).json()
    version = {"id": first["version"]["id"]}

    def sql(statement):
        with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
            session.execute(text(statement), version)

    sql("UPDATE document_versions SET status = 'ready' WHERE id = :id")
    assert send(editor, collection).json()["run"]["id"] == first["run"]["id"], "its run has not ended"
    sql("UPDATE runs SET status = 'ready' WHERE version_id = :id")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(editor, collection), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [202]
    (run,) = {answer.json()["run"]["id"] for answer in answers}
    assert run != first["run"]["id"]
    again = editor.http.get(f"/v1/documents/{first['document']['id']}").json()
    assert (again["status"], again["newest_version"]["id"]) == ("ready", version["id"]), "it stays as it is"
    sql("UPDATE runs SET status = 'ready' WHERE version_id = :id")
    sql("UPDATE document_versions SET table_count = 0, fact_count = 0 WHERE id = :id")
    assert send(editor, collection).status_code == 200


def test_failed_document_is_processed_again_with_a_password(server, editor):
    collection = editor.collection()
    first = send(editor, collection).json()
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        session.execute(
            text("UPDATE document_versions SET status = 'failed' WHERE id = :id"), {"id": first["version"]["id"]}
        )
    again = send(editor, collection, password="open sesame")
    assert again.status_code == 202
    assert again.json()["version"]["id"] == first["version"]["id"]
    assert again.json()["run"]["id"] != first["run"]["id"]
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        query = text("SELECT status, sealed_password FROM document_versions WHERE id = :id")
        status, sealed = session.execute(query, {"id": first["version"]["id"]}).one()
    assert status == "processing"
    assert sealed is not None
    assert b"sesame" not in bytes(sealed)


def test_new_version_has_the_next_number(editor):
    document = send(editor, editor.collection()).json()["document"]
    path = f"/v1/documents/{document['id']}/versions"
    second = editor.http.post(path, files={"file": ("b.txt", b"Revenue was 6.")})
    assert (second.status_code, second.json()["version"]["number"]) == (202, 2)
    same = editor.http.post(path, files={"file": ("b.txt", b"Revenue was 6.")})
    assert (same.status_code, same.json()["version"]["number"]) == (200, 2)
    listed = editor.http.get(path).json()["items"]
    assert [version["number"] for version in listed] == [2, 1]
    assert editor.http.get(f"{path}/{listed[1]['id']}/file").content == b"Revenue was 5."


def test_run_has_the_priority_of_its_upload(editor):
    collection = editor.collection()
    document = send(editor, collection, priority="interactive").json()
    put = f"/v1/collections/{collection['id']}/files/b.txt?priority=background"
    versions = f"/v1/documents/{document['document']['id']}/versions"
    answers = [
        document,
        editor.http.put(put, content=b"Revenue was 7.").json(),
        editor.http.post(
            versions, files={"file": ("c.txt", b"Revenue was 8.")}, data={"priority": "interactive"}
        ).json(),
        send(editor, collection, b"Revenue was 9.").json(),
    ]
    runs = [editor.http.get(f"/v1/runs/{answer['run']['id']}").json() for answer in answers]
    assert [run["priority"] for run in runs] == ["interactive", "background", "interactive", "bulk"]


def test_new_version_accepts_no_document_metadata(editor):
    path = f"/v1/documents/{send(editor, editor.collection()).json()['document']['id']}/versions"
    answer = editor.http.post(path, files={"file": ("b.txt", b"Revenue was 6.")}, data={"document_type": "10-K"})
    problem(answer, 422, "invalid-input")
    assert len(editor.http.get(path).json()["items"]) == 1


def test_version_with_content_of_another_document_is_refused(editor):
    collection = editor.collection()
    send(editor, collection, b"one")
    second = send(editor, collection, b"two").json()["document"]
    answer = editor.http.post(f"/v1/documents/{second['id']}/versions", files={"file": ("b.txt", b"one")})
    problem(answer, 409, "content-exists")


def test_concurrent_new_versions_have_distinct_numbers(editor):
    document = send(editor, editor.collection()).json()["document"]
    path = f"/v1/documents/{document['id']}/versions"
    with ThreadPoolExecutor(6) as pool:
        contents = [uuid4().bytes for _ in range(6)]
        answers = list(pool.map(lambda content: editor.http.post(path, files={"file": ("b", content)}), contents))
    assert [answer.status_code for answer in answers] == [202] * 6
    assert sorted(answer.json()["version"]["number"] for answer in answers) == [2, 3, 4, 5, 6, 7]


def test_new_version_does_not_reveal_content_of_hidden_documents(editor, analyst):
    """An editor of one document must not learn which content other documents of the collection have."""
    collection = editor.collection()
    send(editor, collection, b"secret")
    open_to_both = send(editor, collection, b"open").json()["document"]
    grant = {"document_id": open_to_both["id"], "user_id": str(analyst.id), "level": "editor"}
    assert editor.http.post("/v1/grants", json=grant).status_code == 201
    answer = analyst.http.post(f"/v1/documents/{open_to_both['id']}/versions", files={"file": ("b.txt", b"secret")})
    assert (answer.status_code, answer.json()["version"]["number"]) == (202, 2)


def test_document_with_grants_of_its_own_is_deduplicated(editor, analyst):
    collection = editor.collection()
    first = send(editor, collection, b"open").json()["document"]
    grant = {"document_id": first["id"], "user_id": str(analyst.id), "level": "viewer"}
    assert editor.http.post("/v1/grants", json=grant).status_code == 201
    again = send(editor, collection, b"open")
    assert (again.status_code, again.json()["document"]["id"]) == (200, first["id"])


def test_empty_file_is_refused(server, editor):
    problem(send(editor, editor.collection(), b""), 422, "upload-empty")
    collection = editor.collection()
    problem(editor.http.put(f"/v1/collections/{collection['id']}/files/a.pdf", content=b""), 422, "upload-empty")
    assert stored_files(server, editor.tenant_id) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ("a\u202etxt.exe", "atxt.exe"),
        (" .. ", "document"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_filename_is_sanitised(editor, sent, kept):
    assert send(editor, editor.collection(), name=sent).json()["document"]["filename"] == kept


def test_document_is_found_by_the_name_that_its_file_has_on_the_client(editor):
    name = unicodedata.normalize("NFD", "Prüfung  2031.txt")  # as macOS writes it
    document = send(editor, editor.collection(), name=name).json()["document"]
    items = editor.http.get("/v1/documents", params={"filename": name}).json()["items"]
    assert [item["id"] for item in items] == [document["id"]]


def test_control_characters_in_a_filename_are_removed(server, editor):
    collection = editor.collection()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="collection"\r\n\r\n' + collection["id"].encode() + b"\r\n"
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\x00\x01\x7f.txt"\r\n\r\nRevenue\r\n--x--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = editor.http.post("/v1/documents", content=body, headers=headers)
    assert answer.status_code in (202, 400), answer.text
    if answer.status_code == 202:
        assert answer.json()["document"]["filename"] == "a.txt"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "upload-malformed"),
        (b"nonsense", 400, "upload-malformed"),
        (b"--x--\r\n", 422, "upload-incomplete"),
        (b'--x\r\nContent-Disposition: form-data; name="collection"\r\n\r\na\r\n--x--\r\n', 422, "upload-incomplete"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhal', 400, "upload-malformed"),
        (b"--x\r\n\r\nno name\r\n--x--\r\n", 400, "upload-malformed"),
        (b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\na\xff\r\n--x--\r\n', 400, "upload-malformed"),
        (
            b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"a" * 5000 + b"\r\n--x--\r\n",
            400,
            "upload-malformed",
        ),
    ],
)
def test_malformed_form_is_refused(server, editor, body, status, code):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    problem(editor.http.post("/v1/documents", content=body, headers=headers), status, code)
    assert partial_files(server) == []


@pytest.mark.parametrize(
    "fields", [{"title": "a\x00b"}, {"collection": "a\x07b"}, {"unknown": "x"}, {"title": ""}, {"priority": "now"}]
)
def test_invalid_fields_are_refused(editor, fields):
    answer = send(editor, {"id": fields.pop("collection", editor.collection()["id"])}, **fields)
    assert problem(answer, 422, answer.json()["code"])["code"] in {"invalid-text", "invalid-input"}


def test_upload_is_404_for_strangers_and_403_for_viewers(editor, analyst, stranger):
    collection = editor.collection()
    problem(send(analyst, collection), 404, "collection-not-found")
    problem(send(stranger, collection), 404, "collection-not-found")
    editor.grant(collection, analyst)
    problem(send(analyst, collection), 403, "not-editable")


def test_refused_upload_leaves_no_blob(server, editor, analyst):
    collection = editor.collection()
    problem(send(analyst, collection, uuid4().bytes), 404, "collection-not-found")
    assert stored_files(server, editor.tenant_id) == []
    assert partial_files(server) == []


class LargeBody:
    """A body of 300 MB. It counts the bytes that the client has read from it."""

    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.sent < 300 * MIB:
            self.sent += MIB
            yield bytes(MIB)


def test_upload_with_a_declared_length_of_300_mb_is_refused_early(server, editor):
    collection = editor.collection()
    body = LargeBody()
    headers = {"Content-Length": str(300 * MIB)}
    answer = editor.http.put(f"/v1/collections/{collection['id']}/files/a.pdf", content=body, headers=headers)
    problem(answer, 413, "upload-too-large")
    assert body.sent < 100 * MIB
    assert partial_files(server) == []


def test_upload_of_undeclared_length_is_refused_at_the_limit(start_server):
    server = start_server(upload_bytes=2 * MIB)
    user = server.user()
    collection = user.collection()
    body = LargeBody()
    answer = user.http.put(f"/v1/collections/{collection['id']}/files/a.pdf", content=iter(body))
    problem(answer, 413, "upload-too-large")
    assert body.sent < 100 * MIB
    assert partial_files(server) == []


@pytest.mark.parametrize("declared", [True, False])
def test_aborted_upload_leaves_nothing(server, editor, declared):
    collection = editor.collection()
    url = httpx.URL(server.url)
    length = b"Content-Length: 5000000\r\n" if declared else b"Transfer-Encoding: chunked\r\n"
    with socket.create_connection((url.host, url.port)) as connection:
        connection.sendall(
            f"PUT /v1/collections/{collection['id']}/files/a.pdf HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {editor.key}\r\n".encode()
            + length
            + b"\r\n"
        )
        connection.sendall(bytes(600_000) if declared else b"927C0\r\n" + bytes(600_000) + b"\r\n")
        while not partial_files(server):
            threading.Event().wait(0.01)
    while partial_files(server):
        threading.Event().wait(0.01)
    assert stored_files(server, editor.tenant_id) == []
    assert editor.http.get("/v1/documents").json()["items"] == []


def test_large_json_body_is_refused(editor):
    problem(editor.http.post("/v1/collections", content=b"[" + b" " * 2 * MIB + b"]"), 413, "body-too-large")


def test_upload_gets_503_if_its_blob_is_deleted_during_the_request(server, editor):
    """A blob with the same content is deleted after the upload's last byte arrives and before the rows are written."""
    uploads = server.app.state.services[UploadService]
    content = b"stored once, long ago"
    digest = hashlib.sha256(content).hexdigest()
    cleared = []

    def clear(*arguments):
        if not cleared:
            cleared.append(uploads._blobs.delete(editor.tenant_id, digest))
        return hold_blob(*arguments)

    patch = pytest.MonkeyPatch()
    patch.setattr("app.documents.uploads.service.hold_blob", clear)
    collection = editor.collection()
    try:
        problem(send(editor, collection, content), 503, "upload-cleared")
        assert editor.http.get("/v1/documents").json()["items"] == []
        assert send(editor, collection, content).status_code == 202
    finally:
        patch.undo()


def test_upload_waits_for_a_blob_deletion_and_then_gets_503(server, editor):
    uploads = server.app.state.services[UploadService]
    content = b"removed at the very moment"
    digest = hashlib.sha256(content).hexdigest()
    collection = editor.collection()
    with (
        ThreadPoolExecutor(1) as pool,
        server.database.worker.transaction(system_principal(editor.tenant_id)) as session,
    ):
        assert claim_blob(session, editor.tenant_id, digest)
        answer = pool.submit(send, editor, collection, content)
        while not waiting_for_a_blob(server):
            assert not answer.done(), answer.result().text
        uploads._blobs.delete(editor.tenant_id, digest)
        session.rollback()
        problem(answer.result(), 503, "upload-cleared")


def waiting_for_a_blob(server):
    with server.database.owner.anonymous() as session:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND NOT granted"
        return session.scalar(text(query))

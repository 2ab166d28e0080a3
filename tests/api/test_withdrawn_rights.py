"""A right is withdrawn during a request, either between its check and its write, or between its write and its read."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Principal
from app.db.session import system_principal
from app.documents.repository import DocumentRepository


@pytest.fixture
def withdrawn_after_check(monkeypatch):
    """The API's check passes although the user is not an editor. The database must refuse the write."""
    monkeypatch.setattr(DocumentRepository, "is_editable", lambda _self, _class_id: True)


def test_upload_is_refused_if_the_right_is_withdrawn_after_the_check(server, editor, analyst, withdrawn_after_check):
    collection = editor.collection()
    editor.grant(collection, analyst, "viewer")
    answer = analyst.http.put(f"/v1/collections/{collection['id']}/files/a.txt", content=uuid4().bytes.hex())
    assert (answer.status_code, answer.json()["code"]) == (404, "rights-changed")
    assert editor.http.get("/v1/documents", params={"collection_id": collection["id"]}).json()["items"] == []


def test_new_version_is_refused_if_the_right_is_withdrawn_after_the_check(
    server, editor, analyst, withdrawn_after_check
):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    editor.grant(collection, analyst, "viewer")
    answer = analyst.http.post(
        f"/v1/documents/{document['id']}/versions", files={"file": ("a.txt", uuid4().bytes.hex().encode())}
    )
    assert answer.status_code == 404
    versions = editor.http.get(f"/v1/documents/{document['id']}/versions").json()["items"]
    assert len(versions) == 1


def test_edit_is_undone_if_the_right_is_withdrawn_before_the_read(server, editor, monkeypatch):
    document = editor.upload(editor.collection())["document"]
    write = DocumentRepository.update_document

    def write_and_lose_rights(self, document_id, *, revision, values):
        written = write(self, document_id, revision=revision, values=values)
        # The user loses the rights only in this transaction, which is then rolled back.
        server.database.api.signer.enter(self._session, Principal(tenant_id=editor.tenant_id, user_id=uuid4()))
        return written

    monkeypatch.setattr(DocumentRepository, "update_document", write_and_lose_rights)
    answer = editor.http.patch(f"/v1/documents/{document['id']}", json={"fiscal_year": 2031}, headers={"If-Match": "*"})
    assert answer.status_code == 404
    monkeypatch.undo()
    assert editor.http.get(f"/v1/documents/{document['id']}").json()["fiscal_year"] != 2031


@pytest.mark.parametrize("cause", ["deleted", "hidden from the editor"])
def test_waiting_new_version_is_refused_if_its_document_is_deleted_or_hidden(server, editor, admin, cause):
    """The upload waits for a lock on the document's row. During this time, the document is deleted or hidden."""
    collection = admin.collection()
    editor_grant = admin.grant(collection, editor, "editor")
    document = editor.upload(collection)["document"]
    content = {"file": ("a.txt", uuid4().bytes.hex().encode())}
    with ThreadPoolExecutor(1) as pool, server.database.worker.transaction(as_worker(editor)) as session:
        session.execute(text("SELECT 1 FROM documents WHERE id = :id FOR UPDATE"), {"id": document["id"]})
        answer = pool.submit(editor.http.post, f"/v1/documents/{document['id']}/versions", files=content)
        while not waits_for_a_row(server):
            assert not answer.done(), answer.result().text
        if cause == "deleted":
            session.execute(
                text("UPDATE documents SET deleted_at = now(), access_class_id = 0 WHERE id = :id"),
                {"id": document["id"]},
            )
        else:
            assert admin.http.delete(f"/v1/grants/{editor_grant['id']}").status_code == 204
    refused = answer.result()
    assert refused.status_code == 404, refused.text
    assert refused.json()["code"] in {"document-not-found", "rights-changed"}
    with server.database.worker.transaction(as_worker(editor)) as session:
        versions = session.scalar(
            text("SELECT count(*) FROM document_versions WHERE document_id = :id"), {"id": document["id"]}
        )
    assert versions == 1


def test_waiting_move_is_refused_if_the_revision_changes(server, editor):
    here, there = editor.collection(), editor.collection()
    document = editor.upload(here)["document"]
    path = f"/v1/documents/{document['id']}"
    seen = editor.http.get(path).headers["ETag"]
    with ThreadPoolExecutor(1) as pool, server.database.worker.transaction(as_worker(editor)) as session:
        session.execute(
            text("UPDATE documents SET title = 'Other', revision = revision + 1 WHERE id = :id"), {"id": document["id"]}
        )
        answer = pool.submit(editor.http.patch, path, json={"collection_id": there["id"]}, headers={"If-Match": seen})
        while not waits_for_a_row(server):
            assert not answer.done(), answer.result().text
    assert answer.result().status_code == 412, answer.result().text
    assert editor.http.get(path).json()["collection_id"] == here["id"]


def as_worker(user):
    return system_principal(user.tenant_id)


def waits_for_a_row(server):
    with server.database.owner.anonymous() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))

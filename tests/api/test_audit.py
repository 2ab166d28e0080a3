"""Audit events about documents, collections, grants and keys are written in the transaction of the change."""

from sqlalchemy import text

from app.core.principal import Principal, Role
from app.db.session import SYSTEM_USER_ID, system_principal


def events(server, user, object_id):
    """Return (action, actor, request id) of an object's events, oldest first."""
    query = text("SELECT action, actor_id, request_id FROM audit_events WHERE object_id = :id ORDER BY id")
    with server.database.owner.transaction(Principal(tenant_id=user.tenant_id, user_id=user.id)) as session:
        return [tuple(row) for row in session.execute(query, {"id": str(object_id)})]


def details(server, user, object_id):
    """Return (action, detail) of an object's events, oldest first."""
    query = text("SELECT action, detail FROM audit_events WHERE object_id = :id ORDER BY id")
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        return [tuple(row) for row in session.execute(query, {"id": str(object_id)})]


def test_document_events_are_logged_from_upload_to_deletion(server, editor, analyst):
    collection = editor.collection()
    document = editor.upload(collection, b"Revenue was 5.")["document"]
    path = f"/v1/documents/{document['id']}"
    editor.grant(collection, analyst)
    answers = [
        analyst.http.get(path),
        analyst.http.get(f"{path}/file"),
        editor.http.patch(path, json={"fiscal_year": 2024}, headers={"If-Match": "*"}),
        editor.http.post(f"{path}/versions", files={"file": ("b.txt", b"Revenue was 6.")}),
        editor.http.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 202, 204]
    logged = events(server, editor, document["id"])
    assert [action for action, _, _ in logged] == [
        "documents.version.uploaded",
        "documents.document.read",
        "documents.file.read",
        "documents.metadata.edited",
        "documents.version.uploaded",
        "documents.document.deleted",
    ]
    assert [actor for _, actor, _ in logged[1:]] == [analyst.id, analyst.id, editor.id, editor.id, editor.id]
    assert [request for _, _, request in logged[1:]] == [answer.headers["x-request-id"] for answer in answers]


READ = "documents.document.read"
PLAIN = {"If-Match": "*"}


def test_response_that_contains_a_document_is_logged_as_read_or_change(server, editor):
    collection = editor.collection()
    document = editor.upload(collection, b"Revenue was 8.")["document"]
    path = f"/v1/documents/{document['id']}"
    stays = editor.http.patch(path, json={"collection_id": collection["id"]}, headers=PLAIN)
    known = editor.http.put(f"/v1/collections/{collection['id']}/files/other.txt", content=b"Revenue was 8.")
    same = editor.http.post(f"{path}/versions", files={"file": ("b.txt", b"Revenue was 8.")})
    edited = editor.http.patch(path, json={"fiscal_year": 2024, "collection_id": collection["id"]}, headers=PLAIN)
    newer = editor.http.post(f"{path}/versions", files={"file": ("b.txt", b"Revenue was 9.")})
    assert [answer.status_code for answer in (stays, known, same, edited, newer)] == [200, 200, 200, 200, 202]
    logged = [(action, request) for action, _, request in events(server, editor, document["id"])]
    assert logged[1:] == [
        (READ, stays.headers["x-request-id"]),
        (READ, known.headers["x-request-id"]),
        (READ, same.headers["x-request-id"]),
        ("documents.metadata.edited", edited.headers["x-request-id"]),
        ("documents.version.uploaded", newer.headers["x-request-id"]),
    ]


def test_replayed_upload_is_logged_as_a_read(server, editor):
    collection = editor.collection()
    sent = {"data": {"collection": collection["id"]}, "files": {"file": ("a.txt", b"Revenue was 10.")}}
    headers = {"Idempotency-Key": "upload-1"}
    first = editor.http.post("/v1/documents", headers=headers, **sent)
    again = editor.http.post("/v1/documents", headers=headers, **sent)
    assert (first.status_code, again.json()) == (202, first.json())
    logged = [(action, request) for action, _, request in events(server, editor, first.json()["document"]["id"])]
    assert logged == [
        ("documents.version.uploaded", first.headers["x-request-id"]),
        (READ, again.headers["x-request-id"]),
    ]


def test_changes_of_collections_grants_and_keys_are_logged(server, editor, analyst):
    collection = editor.collection()
    changed = editor.http.patch(
        f"/v1/collections/{collection['id']}", json={"name": "Renamed"}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200
    grant = editor.grant(collection, analyst)
    assert editor.http.delete(f"/v1/grants/{grant['id']}").status_code == 204
    key = editor.http.post("/v1/keys", json={"name": "notebook"}).json()
    assert editor.http.delete(f"/v1/keys/{key['id']}").status_code == 204
    assert [action for action, _, _ in events(server, editor, collection["id"])] == [
        "access.collection.created",
        "access.collection.renamed",
    ]
    for made, kind in ((grant, "access.grant"), (key, "identity.key")):
        ends = "deleted" if kind == "access.grant" else "revoked"
        assert [action for action, _, _ in events(server, editor, made["id"])] == [f"{kind}.created", f"{kind}.{ends}"]


def test_new_collection_is_logged_with_parent_and_owner_grant(server, editor):
    outer = editor.collection()
    inner = editor.http.post("/v1/collections", json={"name": "Inner", "parent_id": outer["id"]}).json()
    (grant,) = editor.http.get("/v1/grants", params={"collection_id": inner["id"]}).json()["items"]
    made = {"parent_id": outer["id"], "revision": 1}
    given = {"user_id": str(editor.id), "collection_id": inner["id"], "level": 3, "expires_at": None}
    given |= {"group_id": None, "document_id": None, "pack_id": None}
    assert details(server, editor, inner["id"]) == [("access.collection.created", {"before": None, "after": made})]
    assert details(server, editor, grant["id"]) == [("access.grant.created", {"before": None, "after": given})]


def test_new_tenant_and_its_first_key_are_logged(server):
    editor = server.user(None, Role.EDITOR)
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        (founded, user, key, *_) = session.execute(
            text("SELECT action, object_type, object_id, actor_id, detail FROM audit_events ORDER BY id")
        ).all()
    assert (founded.action, founded.object_id) == ("identity.tenant.founded", str(editor.tenant_id))
    assert founded.detail == {"before": None, "after": {}}
    assert (user.action, user.detail["before"]) == ("identity.user.created", None)
    key_id = editor.http.get("/v1/me").json()["key_id"]
    assert (key.action, key.object_type, key.object_id) == ("identity.key.created", "key", key_id)
    after = {"expires_at": None, "scopes": None}
    assert key.detail == {"user_id": user.object_id, "kind": "person", "before": None, "after": after}
    assert {each.actor_id for each in (founded, user, key)} == {SYSTEM_USER_ID}


def test_refused_deletion_is_not_logged_as_done(server, editor, analyst):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    editor.grant(collection, analyst)
    assert analyst.http.delete(f"/v1/documents/{document['id']}").status_code == 403
    assert "documents.document.deleted" not in [action for action, _, _ in events(server, editor, document["id"])]


def test_upload_is_rolled_back_if_its_audit_event_cannot_be_written(server, editor, monkeypatch):
    """The audit event and the change are in one transaction, which is rolled back as a whole."""
    collection = editor.collection()

    def fail(*_arguments, **_more):
        raise RuntimeError("the audit log is full")

    monkeypatch.setattr("app.documents.uploads.service.record", fail)
    answer = editor.http.put(f"/v1/collections/{collection['id']}/files/a.txt", content=b"Revenue was 7.")
    assert answer.status_code == 500
    monkeypatch.undo()
    assert editor.http.get("/v1/documents").json()["items"] == []
    assert editor.http.get("/v1/runs").json()["items"] == []

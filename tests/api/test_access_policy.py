"""Tests the access that labels, clearances, packs, exclusions and moves give or remove, and who may change them."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal


@pytest.fixture
def auditor(server, editor):
    return server.user(editor.tenant_id, Role.AUDITOR)


def label(admin, name=None):
    answer = admin.http.post("/v1/labels", json={"name": name or f"mnpi:{uuid4().hex[:8]}"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def clear(admin, label, user, **more):
    body = {"label_id": label["id"], "user_id": str(user.id), **more}
    answer = admin.http.post("/v1/clearances", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def can_read(user, document):
    status = user.http.get(f"/v1/documents/{document['id']}").status_code
    assert status in (200, 404)
    return status == 200


def audited(server, user, action):
    """Return the details of the tenant's audit events with the given action, oldest first."""
    query = text("SELECT detail FROM audit_events WHERE action = :action ORDER BY at")
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        return list(session.scalars(query, {"action": action}))


@pytest.mark.parametrize("kind", ["collections", "documents"])
def test_label_hides_documents_and_only_administrators_remove_it(server, editor, admin, analyst, kind):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    editor.grant(collection, analyst)
    barrier = label(admin)
    clearance = clear(admin, barrier, editor)
    place = f"/v1/{kind}/{(collection if kind == 'collections' else document)['id']}/labels"
    assert editor.http.put(f"{place}/{barrier['id']}").status_code == 204
    assert editor.http.put(f"{place}/{barrier['id']}").status_code == 204
    assert (can_read(editor, document), can_read(analyst, document), can_read(admin, document)) == (True, False, False)
    assert [item["id"] for item in editor.http.get(place).json()["items"]] == [barrier["id"]]
    assert editor.http.delete(f"{place}/{barrier['id']}").json()["code"] == "permission-required"
    in_use = admin.http.delete(f"/v1/labels/{barrier['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "label-in-use")
    assert admin.http.delete(f"/v1/clearances/{clearance['id']}").status_code == 204
    assert not can_read(editor, document)
    assert admin.http.delete(f"{place}/{barrier['id']}").status_code == 204
    assert can_read(analyst, document)
    assert admin.http.delete(f"/v1/labels/{barrier['id']}").status_code == 204
    for action, change in (("put", (False, True)), ("taken", (True, False))):
        (detail,) = audited(server, editor, f"access.label.{action}")
        assert (detail["label_id"], detail["before"], detail["after"]) == (barrier["id"], *change)


def test_label_is_hidden_from_users_without_clearance(editor, admin, auditor):
    barrier = label(admin)
    collection = editor.collection()
    answer = editor.http.put(f"/v1/collections/{collection['id']}/labels/{barrier['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "label-not-found")
    assert editor.http.get("/v1/labels").json()["items"] == []
    assert [item["id"] for item in auditor.http.get("/v1/labels").json()["items"]] == [barrier["id"]]
    assert auditor.http.get(f"/v1/collections/{collection['id']}/labels").json() == {"items": []}
    assert admin.http.post("/v1/labels", json={"name": barrier["name"]}).json()["code"] == "label-exists"


def test_only_owners_may_add_labels_and_exclusions(editor, admin, analyst):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    editor.grant(collection, analyst, "editor")
    barrier = label(admin)
    clear(admin, barrier, analyst)
    body = {"document_id": document["id"], "user_id": str(editor.id)}
    for answer in (
        analyst.http.put(f"/v1/collections/{collection['id']}/labels/{barrier['id']}"),
        analyst.http.put(f"/v1/documents/{document['id']}/labels/{barrier['id']}"),
        analyst.http.post("/v1/exclusions", json=body),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "grant-target-not-found")


def test_label_of_deleted_document_can_be_deleted(editor, admin):
    barrier = label(admin)
    document = editor.upload(editor.collection())["document"]
    assert admin.http.put(f"/v1/documents/{document['id']}/labels/{barrier['id']}").status_code == 204
    clear(admin, barrier, editor)
    assert editor.http.delete(f"/v1/documents/{document['id']}").status_code == 204
    assert admin.http.delete(f"/v1/labels/{barrier['id']}").status_code == 204


def test_pack_gives_access_to_documents_while_they_have_its_source(server, editor, admin, analyst):
    collection = editor.collection()
    files = f"/v1/collections/{collection['id']}/files"
    sent = editor.http.put(f"{files}/a.txt", params={"source": "vendor"}, content=b"Revenue was 5.")
    assert sent.status_code == 202, sent.text
    document = sent.json()["document"]
    other = editor.upload(collection)["document"]
    assert document["source"] == "vendor"
    pack = admin.http.post("/v1/entitlement-packs", json={"name": "Research", "sources": ["vendor"]}).json()
    grant = {"pack_id": pack["id"], "user_id": str(analyst.id)}
    assert editor.http.post("/v1/grants", json=grant).json()["code"] == "grant-target-not-found"
    made = admin.http.post("/v1/grants", json=grant)
    assert (made.status_code, made.json()["pack_id"], made.json()["level"]) == (201, pack["id"], "viewer")
    assert (can_read(analyst, document), can_read(analyst, other)) == (True, False)
    path, headers = f"/v1/documents/{document['id']}", {"If-Match": "*"}
    assert editor.http.patch(path, json={"source": None}, headers=headers).json()["source"] is None
    assert not can_read(analyst, document)
    assert editor.http.patch(path, json={"source": "vendor"}, headers=headers).status_code == 200
    listed = editor.http.get("/v1/documents", params={"source": "vendor"}).json()["items"]
    assert [item["id"] for item in listed] == [document["id"]] and can_read(analyst, document)
    assert admin.http.delete(f"/v1/entitlement-packs/{pack['id']}").status_code == 204
    assert not can_read(analyst, document)
    changes = [
        (each["before"]["source"], each["after"]["source"])
        for each in audited(server, editor, "documents.metadata.edited")
    ]
    assert changes == [("vendor", None), (None, "vendor")]
    (deleted,) = audited(server, editor, "access.pack.deleted")
    assert deleted["before"]["grants"] == [made.json()["id"]]


def test_pack_gives_access_by_the_type_that_an_uploader_or_editor_set(server, editor, admin, analyst):
    collection = editor.collection()
    files = f"/v1/collections/{collection['id']}/files"
    sent = editor.http.put(f"{files}/a.txt", params={"document_type": "indenture"}, content=b"Revenue was 5.")
    form = {"collection": collection["id"], "document_type": "indenture"}
    posted = editor.http.post("/v1/documents", data=form, files={"file": ("b.txt", b"Revenue was 6.")})
    assert (sent.status_code, posted.status_code) == (202, 202)
    stated, also_stated = (each.json()["document"] for each in (sent, posted))
    unstated = editor.upload(collection)["document"]
    assert stated["metadata_sources"] == also_stated["metadata_sources"] == {"document_type": {"by": "editor"}}
    body = {"name": f"Indentures {uuid4().hex}", "document_types": ["indenture"]}
    pack = admin.http.post("/v1/entitlement-packs", json=body).json()
    grant = {"pack_id": pack["id"], "user_id": str(analyst.id), "level": "viewer"}
    assert admin.http.post("/v1/grants", json=grant).status_code == 201
    assert [can_read(analyst, each) for each in (stated, also_stated, unstated)] == [True, True, False]
    with server.database.worker.transaction(system_principal(editor.tenant_id)) as session:
        statement = (
            "UPDATE documents SET document_type = 'indenture', metadata_sources = CAST(:sources AS jsonb) "
            "WHERE id = :id"
        )
        sources = json.dumps({"document_type": {"by": "document", "origin": "text"}})
        session.execute(text(statement), {"sources": sources, "id": unstated["id"]})
    assert not can_read(analyst, unstated)
    path, change = f"/v1/documents/{unstated['id']}", {"document_type": "indenture"}
    assert editor.http.patch(path, json=change, headers={"If-Match": "*"}).status_code == 200
    assert can_read(analyst, unstated)
    (edited,) = audited(server, editor, "documents.metadata.edited")
    assert (edited["before"]["said_type"], edited["after"]["said_type"]) == (None, "indenture")
    uploaded = audited(server, editor, "documents.type.set")
    assert [(each["before"], each["after"]) for each in uploaded] == [(None, "indenture")] * 2


def test_upload_with_unknown_type_is_refused(editor):
    collection = editor.collection()
    files = f"/v1/collections/{collection['id']}/files"
    sent = editor.http.put(f"{files}/a.txt", params={"document_type": "diary"}, content=b"Revenue was 5.")
    form = {"collection": collection["id"], "document_type": "diary"}
    posted = editor.http.post("/v1/documents", data=form, files={"file": ("b.txt", b"Revenue was 6.")})
    assert [each.status_code for each in (sent, posted)] == [422, 422]
    assert [each.json()["code"] for each in (sent, posted)] == ["invalid-input"] * 2


def test_exclusion_hides_one_document_despite_grants(server, editor, analyst):
    collection = editor.collection()
    one, other = (editor.upload(collection)["document"] for _ in range(2))
    editor.grant(collection, analyst, "owner")
    made = editor.http.post("/v1/exclusions", json={"document_id": one["id"], "user_id": str(analyst.id)})
    assert made.status_code == 201, made.text
    assert (can_read(analyst, one), can_read(analyst, other)) == (False, True)
    path = f"/v1/exclusions/{made.json()['id']}"
    assert analyst.http.delete(path).json()["code"] == "exclusion-not-found"
    assert editor.http.delete(path).status_code == 204
    assert can_read(analyst, one)
    (deleted,) = audited(server, editor, "access.exclusion.deleted")
    assert (deleted["before"]["document_id"], deleted["after"]) == (one["id"], None)


def test_moved_collection_is_visible_through_grants_on_its_new_parent(server, editor, analyst):
    here, there = editor.collection(), editor.collection()
    inner = editor.collection(parent_id=here["id"])
    document = editor.upload(inner)["document"]
    editor.grant(there, analyst)
    path, headers = f"/v1/collections/{inner['id']}", {"If-Match": '"1"'}
    moved = editor.http.patch(path, json={"parent_id": there["id"], "name": "Moved"}, headers=headers).json()
    assert (moved["parent_id"], moved["name"], moved["revision"]) == (there["id"], "Moved", 3)
    assert can_read(analyst, document)
    around = editor.http.patch(f"/v1/collections/{there['id']}", json={"parent_id": inner["id"]}, headers=headers)
    assert (around.status_code, around.json()["code"]) == (409, "collection-inside-itself")
    top = editor.http.patch(path, json={"parent_id": None}, headers={"If-Match": "*"}).json()
    assert top["parent_id"] is None and not can_read(analyst, document)
    first = audited(server, editor, "access.collection.moved")[0]
    assert (first["before"]["parent_id"], first["after"]["parent_id"]) == (here["id"], there["id"])


def test_move_that_removes_a_label_or_enters_a_hidden_collection_is_refused(editor, admin, analyst):
    here, there, closed = editor.collection(), editor.collection(), analyst.collection()
    inner = editor.collection(parent_id=here["id"])
    document = editor.upload(here)["document"]
    barrier = label(admin)
    clear(admin, barrier, editor)
    editor.http.put(f"/v1/collections/{here['id']}/labels/{barrier['id']}")
    headers = {"If-Match": "*"}
    for path, field in (
        (f"/v1/documents/{document['id']}", "collection_id"),
        (f"/v1/collections/{inner['id']}", "parent_id"),
    ):
        out = editor.http.patch(path, json={field: there["id"]}, headers=headers)
        assert (out.status_code, out.json()["code"]) == (403, "move-leaves-barrier")
        hidden = editor.http.patch(path, json={field: closed["id"]}, headers=headers)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "collection-not-found")


def test_document_moves_unless_the_target_collection_has_its_content(server, editor, analyst):
    here, there = editor.collection(), editor.collection()
    editor.grant(there, analyst)
    content = f"Revenue was {uuid4()}.".encode()
    document, twin = editor.upload(here, content)["document"], editor.upload(there, content)["document"]
    path, change = f"/v1/documents/{document['id']}", {"collection_id": there["id"], "fiscal_year": 2024}
    clash = editor.http.patch(path, json=change, headers={"If-Match": "*"})
    assert (clash.status_code, clash.json()["code"]) == (409, "content-exists")
    assert editor.http.delete(f"/v1/documents/{twin['id']}").status_code == 204
    moved = editor.http.patch(path, json=change, headers={"If-Match": "*"}).json()
    assert (moved["collection_id"], moved["fiscal_year"], can_read(analyst, document)) == (there["id"], 2024, True)
    (detail,) = audited(server, editor, "documents.document.moved")
    assert (detail["before"]["collection_id"], detail["after"]["collection_id"]) == (here["id"], there["id"])


def test_editor_sets_a_new_type_and_a_new_source(editor, analyst):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    editor.grant(collection, analyst, "editor")
    path = f"/v1/documents/{document['id']}"
    for change in ({"document_type": "indenture"}, {"source": f"house {uuid4().hex}"}):
        changed = analyst.http.patch(path, json=change, headers={"If-Match": "*"})
        assert changed.status_code == 200, changed.text
        assert changed.json().items() >= change.items()

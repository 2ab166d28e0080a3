"""Hidden objects get the same responses as absent ones. tests/api/test_route_rights.py checks each route."""

import pytest


@pytest.fixture
def hidden(editor):
    """Ids of the editor's objects, on which no other user has a grant."""
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    key = editor.http.get("/v1/keys").json()["items"][0]
    return {"collection_id": collection["id"], "document_id": document["id"], "key_id": key["id"]}


@pytest.mark.parametrize("asker", ["stranger", "analyst"])
def test_lists_omit_hidden_objects(request, hidden, asker):
    user = request.getfixturevalue(asker)
    for path in ("/v1/documents", "/v1/collections", "/v1/runs", "/v1/grants"):
        assert user.http.get(path).json()["items"] == []
    assert user.http.get("/v1/documents", params={"collection_id": hidden["collection_id"]}).json()["items"] == []
    assert user.http.get("/v1/runs", params={"document_id": hidden["document_id"]}).json()["items"] == []
    keys = {key["id"] for key in user.http.get("/v1/keys").json()["items"]}
    assert hidden["key_id"] not in keys


def test_name_of_hidden_collection_can_be_used_again(editor, analyst):
    name = editor.collection()["name"]
    assert analyst.http.post("/v1/collections", json={"name": name}).status_code == 201


def test_revoked_grant_hides_the_document_at_once(editor, analyst):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    grant = editor.grant(collection, analyst)
    path = f"/v1/documents/{document['id']}"
    assert analyst.http.get(path).status_code == 200
    assert editor.http.delete(f"/v1/grants/{grant['id']}").status_code == 204
    assert analyst.http.get(path).status_code == 404


def test_grant_on_one_document_gives_no_other_access(editor, analyst):
    collection = editor.collection()
    one, other = (editor.upload(collection)["document"]["id"] for _ in range(2))
    body = {"document_id": one, "user_id": str(analyst.id), "level": "viewer"}
    assert editor.http.post("/v1/grants", json=body).status_code == 201
    assert analyst.http.get(f"/v1/documents/{one}").status_code == 200
    assert analyst.http.get(f"/v1/documents/{other}").status_code == 404
    assert analyst.http.get(f"/v1/collections/{collection['id']}").status_code == 404

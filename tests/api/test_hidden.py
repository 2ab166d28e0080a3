"""What a principal may not know of does not exist, on any route: one table, made from the OpenAPI document."""

import re
from uuid import uuid4

import httpx
import pytest

from app.core.principal import PERMISSIONS, Role

JSON_BODIES = {
    "/v1/collections/{collection_id}": {"name": "renamed"},
    "/v1/documents/{document_id}": {"fiscal_year": 2023},
}


def operations(server):
    """(method, path template, permission) of all operations with an id in their path."""
    paths = server.client().get("/openapi.json").json()["paths"]
    return sorted(
        (method.upper(), path, operation["x-permission"])
        for path, item in paths.items()
        for method, operation in item.items()
        if "_id}" in path and method in {"get", "put", "post", "patch", "delete"}
    )


def ask(user, method, template, ids):
    path = re.sub(
        r"\{(\w+)\}", lambda name: str({"number": 1, "filename": "a.txt", **ids}.get(name[1], uuid4())), template
    )
    headers = {"If-Match": "*"}
    if method == "POST" and template.endswith("/versions"):
        return user.http.post(path, files={"file": ("a.txt", b"other words")})
    body = JSON_BODIES.get(template) if method == "PATCH" else None
    content = b"words" if method == "PUT" and "files" in template else None
    query = {"id": "q-1"} if template.endswith("/case") else None
    return user.http.request(method, path, params=query, json=body, content=content, headers=headers)


def status(permission):
    """What is answered to whoever may not: 403 where it depends on their role alone, and tells of nothing."""
    return 404 if permission in PERMISSIONS[Role.ANALYST] else 403


def told(answer: httpx.Response) -> tuple[object, ...]:
    """All that an answer tells, but for the request's own id."""
    body = answer.json()
    body.pop("instance", None)
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"date", "x-request-id", "ratelimit", "content-length"}
    }
    return answer.status_code, body, headers


@pytest.fixture
def hidden(editor):
    """Ids of one thing of each kind, of the editor's tenant."""
    collection = editor.collection()
    uploaded = editor.upload(collection)
    return {
        "collection_id": collection["id"],
        "document_id": uploaded["document"]["id"],
        "version_id": uploaded["version"]["id"],
        "run_id": uploaded["run"]["id"],
        "key_id": editor.http.get("/v1/keys").json()["items"][0]["id"],
        "grant_id": editor.http.get("/v1/grants").json()["items"][0]["id"],
        "question_id": str(uuid4()),
        "group_id": str(uuid4()),
        "user_id": str(editor.id),
    }


@pytest.mark.parametrize("asker", ["stranger", "analyst"])
def test_hidden_ids_are_answered_like_random_ones(request, server, hidden, asker):
    user = request.getfixturevalue(asker)
    table = operations(server)
    assert len(table) > 15
    for method, template, permission in table:
        of_hidden = ask(user, method, template, hidden)
        of_random = ask(user, method, template, {name: str(uuid4()) for name in hidden})
        assert told(of_hidden) == told(of_random), (method, template)
        assert of_hidden.status_code == status(permission), (method, template, of_hidden.text)


@pytest.mark.parametrize("asker", ["stranger", "analyst"])
def test_lists_hold_nothing_that_is_hidden(request, hidden, asker):
    user = request.getfixturevalue(asker)
    for path in ("/v1/documents", "/v1/collections", "/v1/runs", "/v1/grants"):
        assert user.http.get(path).json()["items"] == []
    assert user.http.get("/v1/documents", params={"collection_id": hidden["collection_id"]}).json()["items"] == []
    assert user.http.get("/v1/runs", params={"document_id": hidden["document_id"]}).json()["items"] == []
    keys = {key["id"] for key in user.http.get("/v1/keys").json()["items"]}
    assert hidden["key_id"] not in keys


def test_a_hidden_collections_name_can_be_used_again(editor, analyst):
    name = editor.collection()["name"]
    assert analyst.http.post("/v1/collections", json={"name": name}).status_code == 201


def test_a_withdrawn_grant_hides_at_once(editor, analyst):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    grant = editor.grant(collection, analyst)
    path = f"/v1/documents/{document['id']}"
    assert analyst.http.get(path).status_code == 200
    assert editor.http.delete(f"/v1/grants/{grant['id']}").status_code == 204
    assert analyst.http.get(path).status_code == 404


def test_a_document_granted_by_itself_opens_nothing_else(editor, analyst):
    collection = editor.collection()
    one, other = (editor.upload(collection)["document"]["id"] for _ in range(2))
    body = {"document_id": one, "user_id": str(analyst.id), "level": "viewer"}
    assert editor.http.post("/v1/grants", json=body).status_code == 201
    assert analyst.http.get(f"/v1/documents/{one}").status_code == 200
    assert analyst.http.get(f"/v1/documents/{other}").status_code == 404
    assert analyst.http.get(f"/v1/collections/{collection['id']}").status_code == 404

"""Reports for administrators and auditors. They show a user's access, all collections, and a document's readers."""

import pytest

from app.core.principal import Role


@pytest.fixture
def auditor(server, editor):
    return server.user(editor.tenant_id, Role.AUDITOR)


def create(asker, path, **body):
    answer = asker.http.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_reports_list_the_grants_of_a_user_and_the_readers_of_a_document(editor, admin, auditor, analyst):
    outer, inner = (create(admin, "groups", name=name) for name in ("Credit desk", "London"))
    admin.http.put(f"/v1/groups/{outer['id']}/groups/{inner['id']}")
    admin.http.put(f"/v1/groups/{inner['id']}/members/{analyst.id}")
    collection = editor.collection("loans")
    document, _ = (editor.upload(collection)["document"] for _ in range(2))
    grant = create(editor, "grants", collection_id=collection["id"], group_id=outer["id"], level="editor")
    barrier = create(admin, "labels", name="mnpi:heron")
    clearance = create(admin, "clearances", label_id=barrier["id"], group_id=inner["id"])
    person = auditor.http.get(f"/v1/access/people/{analyst.id}").json()
    assert [(group["name"], group["direct"]) for group in person["groups"]] == [
        ("London", True),
        ("Credit desk", False),
    ]
    (way,) = person["grants"]
    assert (way["grant_id"], way["level"], way["object"]["name"]) == (grant["id"], "editor", collection["name"])
    assert [group["name"] for group in way["through"]] == ["London", "Credit desk"]
    assert [(each["id"], each["label"]["name"]) for each in person["clearances"]] == [(clearance["id"], "mnpi:heron")]
    assert [(seen["id"], seen["documents"]) for seen in person["collections"]] == [(collection["id"], 2)]
    path = f"/v1/access/documents/{document['id']}/readers"
    assert {reader["user_id"]: reader["level"] for reader in admin.http.get(path).json()["items"]} == {
        str(editor.id): "owner",
        str(analyst.id): "editor",
    }
    first = auditor.http.get(path, params={"limit": 1}).json()
    second = auditor.http.get(path, params={"limit": 1, "cursor": first["next_cursor"]}).json()
    readers = {each["user_id"]: each for each in (*first["items"], *second["items"])}
    assert [each["grant_id"] for each in readers[str(analyst.id)]["ways"]] == [grant["id"]]
    assert admin.http.put(f"/v1/collections/{collection['id']}/labels/{barrier['id']}").status_code == 204
    assert [reader["user_id"] for reader in auditor.http.get(path).json()["items"]] == [str(analyst.id)]
    governed = {each["id"]: each for each in auditor.http.get("/v1/access/collections").json()["items"]}
    shown = governed[collection["id"]]
    assert (shown["documents"], shown["grants"], [each["name"] for each in shown["labels"]]) == (2, 2, ["mnpi:heron"])


def test_reports_contain_no_content_and_no_objects_of_other_tenants(server, editor, admin, stranger):
    collection = editor.collection()
    document = editor.upload(collection, name="merger-plan.txt")["document"]
    paths = [f"/v1/access/people/{editor.id}", f"/v1/access/documents/{document['id']}/readers"]
    foreign = server.user(stranger.tenant_id, Role.ADMIN)
    for path in paths:
        assert editor.http.get(path).json()["code"] == "permission-required"
        assert foreign.http.get(path).status_code == 404
    assert foreign.http.get("/v1/access/collections").json()["items"] == []
    for path in (*paths, "/v1/access/collections"):
        assert "merger" not in admin.http.get(path).text
    assert admin.http.get(f"/v1/documents/{document['id']}").status_code == 404

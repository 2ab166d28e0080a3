"""The administrators' pages that rename, move and delete: what they say first, and what they refuse."""

import re
from html import unescape
from uuid import uuid4

import pytest

from tests.api.test_access_pages import Browser
from tests.api.test_admin_pages import change, post, value_of


@pytest.fixture
def desk(server, admin):
    return Browser(server, admin)


def make(desk, kind, **more):
    """Create a group, label or pack; return its name and the address of its page."""
    name = f"{kind} {uuid4().hex[:8]} <i>"
    made = post(desk, f"/admin/{kind}", name=name, **more)
    page = desk.get(made.headers["location"])
    return name, re.search(rf'href="(/admin/{kind}/[0-9a-f-]{{36}})"', page.text)[1]


@pytest.mark.parametrize(("kind", "more"), [("groups", {}), ("labels", {}), ("packs", {"document_types": "10-K"})])
def test_named_object_is_renamed_and_deleted(desk, kind, more):
    name, address = make(desk, kind, **more)
    taken, _ = make(desk, kind, **more)
    old = re.search(r'name="revision" value="(\d+)"', desk.get(address).text)[1]
    refused = change(desk, address, name=taken)
    assert (refused.status_code, value_of(refused, "name")) == (409, taken)
    assert 'id="name-problem"' in refused.text
    new = f"{name} 2"
    assert change(desk, address, name=new).headers["location"].startswith(f"/admin/{kind}?")
    assert new in unescape(desk.get(address).text)
    stale = post(desk, address, revision=old, name="third")
    assert stale.status_code == 412
    assert "Somebody changed it meanwhile" in stale.text
    assert value_of(stale, "name") == "third"
    assert value_of(stale, "revision") != old
    wrong = change(desk, f"{address}/delete", name=name)
    assert wrong.status_code == 422
    assert value_of(wrong, "name") == name
    assert change(desk, f"{address}/delete", name=new).status_code == 303
    assert desk.http.get(address).status_code == 404


def test_deleting_group_says_who_loses_what(desk, server, admin, editor):
    collection = editor.collection()
    editor.upload(collection, b"Revenue was $5 million.")
    _, address = make(desk, "groups")
    group = address.rpartition("/")[2]
    person = server.user(admin.tenant_id)
    admin.http.put(f"/v1/groups/{group}/members/{person.id}")
    editor.http.post("/v1/grants", json={"collection_id": collection["id"], "group_id": group})
    page = unescape(desk.get(f"{address}/delete").text)
    assert "1 person leaves it" in page
    assert "1 grant ends" in page
    assert "close 1 document to 1 person" in page
    assert admin.http.get(f"/v1/groups/{group}").status_code == 200


def test_deleting_pack_says_who_loses_what(desk, server, admin, editor):
    source = f"vendor {uuid4().hex[:8]}"
    collection = editor.collection()
    document = editor.upload(collection, b"Revenue was $5 million.")["document"]["id"]
    editor.http.patch(f"/v1/documents/{document}", json={"source": source}, headers={"If-Match": "*"})
    name, address = make(desk, "packs", sources=source)
    person = server.user(admin.tenant_id)
    admin.http.post("/v1/grants", json={"pack_id": address.rpartition("/")[2], "user_id": str(person.id)})
    page = unescape(desk.get(f"{address}/delete").text)
    assert "1 grant ends" in page
    assert "close 1 document to 1 person" in page
    assert change(desk, f"{address}/delete", name=name).status_code == 303


def test_used_label_is_not_offered_for_deletion(desk, admin, editor):
    _, address = make(desk, "labels")
    collection = editor.collection()
    admin.http.put(f"/v1/collections/{collection['id']}/labels/{address.rpartition('/')[2]}")
    page = desk.get(f"{address}/delete")
    assert "The label is in use" in page.text
    assert "Delete the label" not in page.text


def test_collection_is_renamed_and_moved_after_a_preview(desk, server, admin):
    outer, inner = f"outer {uuid4().hex[:8]}", f"inner {uuid4().hex[:8]}"
    ids = {name: admin.http.post("/v1/collections", json={"name": name}).json()["id"] for name in (outer, inner)}
    admin.upload({"id": ids[inner]}, b"Revenue was $5 million.")
    person = server.user(admin.tenant_id)
    admin.http.post("/v1/grants", json={"collection_id": ids[outer], "user_id": str(person.id)})
    address = f"/admin/collections/{ids[inner]}"
    preview = change(desk, address, act="preview", parent=outer)
    assert "open 1 document to 1 person" in preview.text
    assert value_of(preview, "parent") == outer
    missing = change(desk, address, act="preview", parent="nowhere")
    assert missing.status_code == 404
    assert 'id="parent-problem"' in missing.text
    old = re.search(r'name="revision" value="(\d+)"', preview.text)[1]
    unseen = change(desk, address, act="move", parent=outer)
    assert (unseen.status_code, "Move</button>" in unseen.text) == (200, True)
    assert change(desk, address, act="move", parent=outer, previewed=outer).status_code == 303
    assert post(desk, address, act="move", parent="", revision=old).status_code == 412
    assert admin.http.get(f"/v1/collections/{ids[inner]}").json()["parent_id"] == ids[outer]
    assert change(desk, address, act="rename", name=f"{inner} 2").status_code == 303
    assert f"{inner} 2" in desk.get(address).text


def test_collection_without_a_grant_says_what_helps(desk, editor):
    page = desk.get(f"/admin/collections/{editor.collection()['id']}")
    assert "Make yourself an owner" in page.text
    assert 'name="act"' not in page.text


def test_key_is_replaced_and_the_new_secret_shown_once(desk, server):
    made = post(desk, "/admin/people/new", kind="service", name="Import", roles=["analyst"])
    address = made.headers["location"]
    old = re.search(r"fn_[0-9a-f]{12}_[\w-]{43}", change(desk, address, act="key", key_name="night").text)[0]
    rotation = re.search(r'href="(/admin/keys/[0-9a-f-]{36}/rotate)"', desk.get(address).text)[1]
    page = post(desk, rotation, overlap_seconds="0")
    new = re.search(r"fn_[0-9a-f]{12}_[\w-]{43}", page.text)[0]
    assert "it ends now" in page.text
    statuses = [
        server.client(headers={"Authorization": f"Bearer {key}"}).get("/v1/me").status_code for key in (old, new)
    ]
    assert statuses == [401, 200]
    again = post(desk, rotation, overlap_seconds="0")
    assert again.status_code == 409
    assert new not in again.text


def test_person_changed_meanwhile_is_not_overwritten(desk):
    made = post(desk, "/admin/people/new", kind="service", name="Import", roles=["analyst"])
    address = made.headers["location"]
    change(desk, address, act="save", name="Import 2", roles=["analyst"])
    stale = post(desk, address, revision="1", act="save", name="Import 3", roles=["analyst"])
    assert stale.status_code == 412
    assert value_of(stale, "name") == "Import 3"
    assert "Import 2" in stale.text

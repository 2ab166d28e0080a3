"""Nested groups. Members of an inner group belong to the outer one, changes are logged, and cycles are refused."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal


def make_group(admin, name=None):
    answer = admin.http.post("/v1/groups", json={"name": name or f"desk {uuid4()}"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def nest(admin, group, member, status=204):
    answer = admin.http.put(f"/v1/groups/{group}/groups/{member}")
    assert answer.status_code == status, answer.text
    return answer


def list_events(server, admin, group):
    query = text("SELECT action, detail FROM audit_events WHERE object_type = 'group' AND object_id = :id ORDER BY id")
    with server.database.owner.transaction(system_principal(admin.tenant_id)) as session:
        return [(row.action, row.detail) for row in session.execute(query, {"id": group})]


@pytest.fixture
def document(editor):
    """A collection and the id of a document in it. Only the editor has a grant."""
    collection = editor.collection()
    return collection, editor.upload(collection)["document"]["id"]


def grant_to_group(editor, collection, group):
    body = {"collection_id": collection["id"], "group_id": group, "level": "viewer"}
    answer = editor.http.post("/v1/grants", json=body)
    assert answer.status_code == 201, answer.text


def test_grant_to_outer_group_gives_access_to_members_of_inner_group(editor, admin, analyst, document):
    collection, document_id = document
    outer, middle, inner = (make_group(admin) for _ in range(3))
    grant_to_group(editor, collection, outer)
    nest(admin, outer, middle)
    nest(admin, middle, inner)
    admin.http.put(f"/v1/groups/{inner}/members/{analyst.id}")
    assert analyst.http.get(f"/v1/documents/{document_id}").status_code == 200
    assert admin.http.delete(f"/v1/groups/{outer}/groups/{middle}").status_code == 204
    assert analyst.http.get(f"/v1/documents/{document_id}").status_code == 404
    assert admin.http.delete(f"/v1/groups/{outer}/groups/{middle}").status_code == 404


def test_group_cycle_is_refused(admin):
    outer, middle, inner = (make_group(admin) for _ in range(3))
    nest(admin, outer, middle)
    nest(admin, middle, inner)
    for group, member in ((inner, outer), (inner, inner)):
        assert nest(admin, group, member, status=409).json()["code"] == "group-cycle"
    nest(admin, outer, middle)


def test_group_lists_members_and_a_rename_needs_the_current_etag(admin, analyst):
    group, inner = make_group(admin), make_group(admin)
    seen = admin.http.get(f"/v1/groups/{group}").headers["etag"]
    nest(admin, group, inner)
    admin.http.put(f"/v1/groups/{group}/members/{analyst.id}")
    shown = admin.http.get(f"/v1/groups/{group}")
    assert (shown.json()["user_ids"], shown.json()["group_ids"]) == ([str(analyst.id)], [inner])
    name = f"desk {uuid4()}"
    for tag, status in ((None, 428), (seen, 412), (shown.headers["etag"], 200)):
        headers = {} if tag is None else {"If-Match": tag}
        assert admin.http.patch(f"/v1/groups/{group}", json={"name": name}, headers=headers).status_code == status
    taken = admin.http.patch(f"/v1/groups/{inner}", json={"name": name}, headers={"If-Match": "*"})
    assert (taken.status_code, taken.json()["code"]) == (409, "group-exists")


def test_deleting_group_deletes_its_grants(server, editor, admin, analyst, document):
    collection, document_id = document
    group, outer = make_group(admin), make_group(admin)
    nest(admin, outer, group)
    admin.http.put(f"/v1/groups/{group}/members/{analyst.id}")
    grant_to_group(editor, collection, group)
    assert analyst.http.get(f"/v1/documents/{document_id}").status_code == 200
    assert admin.http.delete(f"/v1/groups/{group}").status_code == 204
    assert analyst.http.get(f"/v1/documents/{document_id}").status_code == 404
    assert admin.http.get(f"/v1/groups/{group}").status_code == 404
    assert admin.http.get(f"/v1/groups/{outer}").json()["group_ids"] == []
    (detail,) = [logged for action, logged in list_events(server, admin, group) if action == "identity.group.deleted"]
    assert (detail["before"]["user_ids"], len(detail["before"]["grants"])) == ([str(analyst.id)], 1)


def exclude(session, admin, document, group):
    values = {"id": uuid4(), "tenant": admin.tenant_id, "document": document[1], "group": group}
    session.execute(
        text(
            "INSERT INTO exclusions (id, tenant_id, document_id, group_id, created_at, created_by) "
            "VALUES (:id, :tenant, :document, :group, now(), :id)"
        ),
        values,
    )


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_group_is_not_deleted_while_it_or_an_outer_group_is_excluded(server, editor, admin, analyst, document, depth):
    group = outer = make_group(admin)
    for _ in range(depth):
        outer, inner = make_group(admin), outer
        nest(admin, outer, inner)
    admin.http.put(f"/v1/groups/{group}/members/{analyst.id}")
    editor.grant(document[0], analyst)
    with server.database.owner.transaction(system_principal(admin.tenant_id)) as session:
        exclude(session, admin, document, outer)
    answer = admin.http.delete(f"/v1/groups/{group}")
    assert (answer.status_code, answer.json()["code"]) == (409, "group-excludes")
    assert analyst.http.get(f"/v1/documents/{document[1]}").status_code == 404


def test_exclusion_added_during_a_group_deletion_prevents_the_deletion(server, admin, document):
    group = make_group(admin)
    with ThreadPoolExecutor(1) as pool:
        with server.database.owner.transaction(system_principal(admin.tenant_id)) as session:
            exclude(session, admin, document, group)
            deleting = pool.submit(admin.http.delete, f"/v1/groups/{group}")
            while not count_waiting(server) and not deleting.done():
                pass
        answer = deleting.result()
    assert (answer.status_code, answer.json()["code"]) == (409, "group-excludes")


def count_waiting(server):
    with server.database.owner.transaction(system_principal(uuid4())) as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def test_group_changes_are_logged_with_before_and_after(server, admin, analyst):
    group, inner = make_group(admin), make_group(admin)
    for method, path in (
        ("PUT", f"groups/{inner}"),
        ("PUT", f"groups/{inner}"),
        ("PUT", f"members/{analyst.id}"),
        ("DELETE", f"groups/{inner}"),
        ("DELETE", f"members/{analyst.id}"),
    ):
        assert admin.http.request(method, f"/v1/groups/{group}/{path}").status_code == 204
    logged = [
        (action.rpartition(".")[2], detail.get("member_group_id") or detail.get("user_id"), detail["before"])
        for action, detail in list_events(server, admin, group)[1:]
    ]
    assert logged == [
        ("added", inner, False),
        ("added", inner, True),
        ("added", str(analyst.id), False),
        ("removed", inner, True),
        ("removed", str(analyst.id), True),
    ]


def test_groups_of_another_tenant_are_404(server, admin):
    stranger = server.user(None, Role.ADMIN)
    ours, theirs, nothing = make_group(admin), make_group(stranger), uuid4()
    for group, member in ((theirs, ours), (ours, theirs), (nothing, ours), (ours, nothing)):
        assert nest(admin, group, member, status=404).json()["code"] == "group-not-found"
    for group in (theirs, nothing):
        assert admin.http.get(f"/v1/groups/{group}").status_code == 404
        assert admin.http.delete(f"/v1/groups/{group}").status_code == 404
        answer = admin.http.patch(f"/v1/groups/{group}", json={"name": "x"}, headers={"If-Match": "*"})
        assert answer.status_code == 404
    assert stranger.http.get(f"/v1/groups/{theirs}").status_code == 200

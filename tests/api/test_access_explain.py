"""Explanations of why a user may or may not read a document, now or at a past time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal


@pytest.fixture
def auditor(server, editor):
    return server.user(editor.tenant_id, Role.AUDITOR)


def explain(asker, document, person, **more):
    path = "/v1/access/explain/at" if more else "/v1/access/explain"
    answer = asker.http.get(path, params={"document": document["id"], "principal": str(person), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def create(asker, path, **body):
    answer = asker.http.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def desk(admin, analyst):
    """The group "Credit desk". It contains the group "London". The analyst is a member of "London"."""
    outer, inner = (create(admin, "groups", name=name) for name in ("Credit desk", "London"))
    assert admin.http.put(f"/v1/groups/{outer['id']}/groups/{inner['id']}").status_code == 204
    assert admin.http.put(f"/v1/groups/{inner['id']}/members/{analyst.id}").status_code == 204
    return outer


def test_explanation_names_groups_and_collections_now_and_in_the_past(editor, admin, auditor, analyst, desk):
    loans = editor.collection("Leveraged loans")
    document = editor.upload(editor.collection(parent_id=loans["id"]))["document"]
    before = datetime.now(UTC).isoformat()
    grant = create(editor, "grants", collection_id=loans["id"], group_id=desk["id"])
    explanation = explain(auditor, document, analyst.id)
    assert explanation["sentence"] == (
        'Ana may read it: the group "Credit desk", which Ana is in through "London", is viewer of the collection '
        f'"{loans["name"]}", which contains it in a subcollection.'
    )
    (reason,) = explanation["reasons"]
    assert (reason["kind"], reason["id"], reason["level"], reason["opens"]) == ("grant", grant["id"], "viewer", True)
    assert [group["name"] for group in reason["through"]] == ["London", "Credit desk"]
    assert (explanation["visible"], explanation["level"]) == (True, "viewer")
    opened = datetime.now(UTC).isoformat()
    barrier = create(admin, "labels", name="mnpi:falcon")
    assert admin.http.put(f"/v1/collections/{loans['id']}/labels/{barrier['id']}").status_code == 204
    closed = explain(admin, document, analyst.id)
    assert (closed["visible"], closed["level"]) == (False, None)
    assert closed["sentence"] == (
        f'Ana may not see it: the collection "{loans["name"]}", which contains it, has the label mnpi:falcon, for '
        'which Ana is not cleared, though the group "Credit desk", which Ana is in through "London", is viewer of the '
        f'collection "{loans["name"]}", which contains it in a subcollection.'
    )
    assert explain(auditor, document, analyst.id, time=opened)["sentence"] == explanation["sentence"]
    earlier = explain(auditor, document, analyst.id, time=before)
    assert earlier["sentence"] == "Ana may not see it: no grant gives Ana, or a group that Ana is in, access to it."


def test_explanation_names_expiry_pack_exclusion_and_deletion(editor, admin, analyst, desk):
    collection = editor.collection()
    document = editor.upload(collection)["document"]
    ended = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    create(editor, "grants", document_id=document["id"], group_id=desk["id"], expires_at=ended.isoformat())
    assert "expired on 2026-01-02 03:04 UTC" in explain(admin, document, analyst.id)["sentence"]
    pack = create(admin, "entitlement-packs", name=f"Houses {uuid4().hex}", sources=["house"])
    create(admin, "grants", pack_id=pack["id"], user_id=str(analyst.id))
    path = f"/v1/documents/{document['id']}"
    assert editor.http.patch(path, json={"source": "house"}, headers={"If-Match": "*"}).status_code == 200
    assert f'is viewer of the entitlement pack "{pack["name"]}"' in explain(admin, document, analyst.id)["sentence"]
    create(editor, "exclusions", document_id=document["id"], group_id=desk["id"])
    excluded = explain(admin, document, analyst.id)
    assert "is excluded from it, though Ana is viewer of the entitlement pack" in excluded["sentence"]
    assert {reason["kind"] for reason in excluded["reasons"]} == {"exclusion", "grant", "expired-grant"}
    assert editor.http.delete(path).status_code == 204
    assert explain(admin, document, analyst.id)["reasons"][0]["kind"] == "document-deleted"


def test_explanations_need_permission_and_are_audited(server, editor, admin, auditor, analyst, stranger):
    document = editor.upload(editor.collection())["document"]
    params = {"document": document["id"], "principal": str(analyst.id)}
    for asker in (editor, analyst):
        assert asker.http.get("/v1/access/explain", params=params).json()["code"] == "permission-required"
    foreign = server.user(stranger.tenant_id, Role.AUDITOR)
    for change in ({}, {"principal": str(foreign.id)}):
        answer = foreign.http.get("/v1/access/explain", params=params | change)
        code = "explained-document-not-found" if change else "user-not-found"
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    later = {"time": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    assert auditor.http.get("/v1/access/explain/at", params=params | later).json()["code"] == "explained-time-invalid"
    explanation = explain(auditor, document, analyst.id)
    query = text("SELECT actor_id, detail FROM audit_events WHERE action = 'access.document.explained'")
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        (row,) = session.execute(query).all()
    assert (row[0], row[1]["user_id"], row[1]["visible"]) == (auditor.id, str(analyst.id), explanation["visible"])

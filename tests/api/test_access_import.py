"""Imports of several access changes in one call. An import can be previewed, and it applies all changes or none."""

import pytest
from sqlalchemy import text

from app.db.session import system_principal


def create(asker, path, **body):
    answer = asker.http.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def preview(admin, *changes):
    answer = admin.http.post("/v1/access/preview", json={"changes": changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(effects):
    return {side: (effects[side]["documents"], effects[side]["people"]) for side in ("opens", "closes")}


@pytest.fixture
def loans(editor):
    """A collection of three documents."""
    collection = editor.collection("loans")
    collection["documents"] = [editor.upload(collection)["document"]["id"] for _ in range(3)]
    return collection


@pytest.fixture
def desk(admin, analyst):
    group = create(admin, "groups", name="credit desk")
    assert admin.http.put(f"/v1/groups/{group['id']}/members/{analyst.id}").status_code == 204
    return group


def audited(server, user):
    query = text("SELECT action FROM audit_events WHERE action LIKE 'access.%' ORDER BY at")
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        return list(session.scalars(query))


def test_preview_counts_documents_and_people_and_changes_nothing(server, editor, admin, analyst, loans, desk):
    grant = {"change": "grant", "group": "credit desk", "collection": loans["name"]}
    effects = preview(admin, grant)
    assert effects["sentence"] == "This would open 3 documents to 1 person and close none."
    assert effects["opens"]["sample"] == [{"user_id": str(analyst.id), "name": "Ana", "documents": 3}]
    exclusion = {"change": "exclude", "user": str(analyst.id), "document": loans["documents"][0]}
    assert numbers(preview(admin, grant, exclusion)) == {"opens": (2, 1), "closes": (0, 0)}
    assert analyst.http.get("/v1/documents").json()["items"] == []
    create(admin, "labels", name="mnpi:swan")
    label = {"change": "label", "label": "mnpi:swan", "collection": loans["id"]}
    cleared = {"change": "clear", "label": "mnpi:swan", "user": str(editor.id)}
    assert numbers(preview(admin, label)) == {"opens": (0, 0), "closes": (3, 1)}
    assert numbers(preview(admin, label, cleared, grant)) == {"opens": (0, 0), "closes": (0, 0)}
    one = {"change": "label", "label": "mnpi:swan", "document": loans["documents"][0]}
    assert numbers(preview(admin, one, grant)) == {"opens": (2, 1), "closes": (1, 1)}
    assert preview(admin, label)["sentence"] == "This would open none and close 3 documents to 1 person."
    assert len(editor.http.get("/v1/documents").json()["items"]) == 3
    actions = audited(server, editor)
    assert "access.label.put" not in actions
    assert actions.count("access.changes.previewed") == 6


def test_import_applies_every_kind_of_change(editor, admin, analyst, loans, desk):
    create(admin, "labels", name="mnpi:swan")
    create(admin, "groups", name="london")
    create(admin, "entitlement-packs", name="houses", sources=["house"])
    address = admin.http.get(f"/v1/access/people/{analyst.id}").json()["email"]
    document = loans["documents"][0]
    changes = [
        {"change": "grant", "group": "london", "collection": loans["name"], "level": "editor"},
        {"change": "grant", "user": address, "pack": "houses", "expires_at": "2199-01-01T00:00:00Z"},
        {"change": "nest", "group": "credit desk", "into": "london"},
        {"change": "join", "user": address, "into": "london"},
        {"change": "label", "label": "mnpi:swan", "document": document},
        {"change": "clear", "label": "mnpi:swan", "group": "london"},
        {"change": "exclude", "user": address, "document": loans["documents"][1]},
    ]
    answer = admin.http.post("/v1/access/import", json={"changes": changes})
    assert (answer.status_code, answer.json()) == (200, {"made": 7, "preview": None}), answer.text
    seen = {item["id"] for item in analyst.http.get("/v1/documents").json()["items"]}
    assert seen == {document, loans["documents"][2]}
    opposite = {"grant": "revoke", "nest": "unnest", "join": "leave", "label": "unlabel", "clear": "unclear"}
    reverse = [
        {name: value for name, value in each.items() if name not in {"level", "expires_at"}}
        | {"change": {**opposite, "exclude": "include"}[each["change"]]}
        for each in reversed(changes)
    ]
    dry = admin.http.post("/v1/access/import", params={"dry_run": True}, json={"changes": reverse}).json()
    assert (dry["made"], numbers(dry["preview"])) == (0, {"opens": (1, 1), "closes": (2, 1)})
    assert admin.http.post("/v1/access/import", json={"changes": reverse}).json()["made"] == 7
    assert analyst.http.get("/v1/documents").json()["items"] == []
    assert len(editor.http.get("/v1/documents").json()["items"]) == 3


def test_import_reports_all_refused_changes_and_applies_none(server, editor, admin, loans, desk):
    changes = [
        {"change": "grant", "group": "credit desk", "collection": loans["id"]},
        {"change": "grant", "group": "no such group", "collection": loans["id"]},
        {"change": "revoke", "user": str(admin.id), "collection": loans["id"]},
        {"change": "nest", "group": "credit desk", "into": "credit desk"},
        {"change": "move", "collection": loans["id"]},
    ]
    answer = admin.http.post("/v1/access/import", json={"changes": changes})
    assert (answer.status_code, answer.json()["code"], answer.json()["refused"]) == (422, "changes-refused", 4)
    assert [(error["where"], error["code"]) for error in answer.json()["errors"]] == [
        ("body.changes.1", "group-not-found"),
        ("body.changes.2", "grant-not-found"),
        ("body.changes.3", "group-cycle"),
        ("body.changes.4", "collection-not-found"),
    ]
    assert admin.http.get("/v1/grants", params={"collection_id": loans["id"]}).json()["items"][1:] == []
    wrong = admin.http.post("/v1/access/import", json={"changes": [{"change": "grant", "user": "x", "label": "y"}]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-input")
    for path in ("preview", "import"):
        refused = editor.http.post(f"/v1/access/{path}", json={"changes": changes})
        assert refused.json()["code"] == "permission-required"

"""Tests authentication by API key, the display of a key's secret, and the users whom administrators create."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.identity.keys import new_key


def assert_problem(answer, status, code):
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert body["detail"].endswith((".", "…")) and " " in body["detail"]
    assert body["instance"].endswith(answer.headers["x-request-id"])


def test_me_returns_the_user_of_the_key(server, editor):
    me = editor.http.get("/v1/me").json()
    assert (me["user_id"], me["tenant_id"], me["roles"]) == (str(editor.id), str(editor.tenant_id), ["editor"])


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key-missing"),
        ("Basic YTpi", "key-missing"),
        ("Bearer", "key-missing"),
        ("Bearer fn_x", "key-malformed"),
        ("Bearer fn_x_y z", "key-malformed"),
        pytest.param(f"Bearer {new_key().text}", "key-unknown", id="well-formed unknown key"),
    ],
)
def test_response_to_a_refused_key_states_the_reason(server, header, code):
    answer = server.client().get("/v1/me", headers={} if header is None else {"Authorization": header})
    assert_problem(answer, 401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_key_with_wrong_secret_is_unknown(server, editor):
    wrong = editor.key[:-1] + ("A" if editor.key[-1] != "A" else "B")
    assert_problem(server.client().get("/v1/me", headers={"Authorization": f"Bearer {wrong}"}), 401, "key-unknown")


def test_revoked_key_is_refused_at_once(server, editor):
    made = editor.http.post("/v1/keys", json={"name": "second"}).json()
    second = server.client(headers={"Authorization": f"Bearer {made['secret']}"})
    assert second.get("/v1/me").status_code == 200
    assert editor.http.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert_problem(second.get("/v1/me"), 401, "key-revoked")


def test_expired_key_is_refused(server, editor):
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = editor.http.post("/v1/keys", json={"name": "short", "expires_at": later}).json()
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        session.execute(
            text("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = :id"), {"id": made["id"]}
        )
    answer = server.client().get("/v1/me", headers={"Authorization": f"Bearer {made['secret']}"})
    assert_problem(answer, 401, "key-expired")


def test_key_with_past_expiry_is_refused(editor):
    answer = editor.http.post("/v1/keys", json={"name": "late", "expires_at": "2001-01-01T00:00:00Z"})
    assert_problem(answer, 422, "key-lifetime-invalid")


def test_expiring_key_creates_no_key_that_expires_later(server, editor):
    ends = datetime.now(UTC) + timedelta(hours=1)
    made = editor.http.post("/v1/keys", json={"name": "short", "expires_at": ends.isoformat()}).json()
    short = server.client(headers={"Authorization": f"Bearer {made['secret']}"})
    assert_problem(short.post("/v1/keys", json={"name": "for ever"}), 422, "key-lifetime-invalid")
    later = (ends + timedelta(minutes=1)).isoformat()
    assert_problem(short.post("/v1/keys", json={"name": "x", "expires_at": later}), 422, "key-lifetime-invalid")
    sooner = (ends - timedelta(minutes=1)).isoformat()
    assert short.post("/v1/keys", json={"name": "x", "expires_at": sooner}).status_code == 201


def test_audit_log_has_roles_of_new_user_and_expiry_of_grant(server, editor, admin):
    made = admin.http.post("/v1/users", json={"email": "new@example.com", "name": "New", "roles": ["analyst"]}).json()
    collection = editor.collection()
    ends = "2199-01-01T00:00:00+00:00"
    body = {"collection_id": collection["id"], "user_id": made["id"], "level": "viewer", "expires_at": ends}
    granted = editor.http.post("/v1/grants", json=body).json()
    query = text("SELECT object_id, detail FROM audit_events WHERE object_id IN (:user, :grant)")
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        details = {
            row.object_id: row.detail for row in session.execute(query, {"user": made["id"], "grant": granted["id"]})
        }
    assert details[made["id"]]["after"]["roles"] == ["analyst"]
    assert details[granted["id"]]["after"]["expires_at"] == ends


def test_secret_is_shown_once(editor):
    made = editor.http.post("/v1/keys", json={"name": "second"}).json()
    listed = editor.http.get("/v1/keys").json()["items"]
    assert {item["id"] for item in listed} >= {made["id"]}
    assert all("secret" not in item and "secret_hash" not in item for item in listed)


def test_only_administrators_create_users_and_keys_for_others(editor, admin):
    assert_problem(
        editor.http.post("/v1/keys", json={"name": "x", "user_id": str(admin.id)}), 403, "permission-required"
    )
    assert_problem(
        editor.http.post("/v1/users", json={"email": "a@b.example", "name": "A"}), 403, "permission-required"
    )
    assert_problem(editor.http.get("/v1/users"), 403, "permission-required")
    service = admin.http.post("/v1/service-accounts", json={"name": "loader"}).json()["id"]
    assert admin.http.post("/v1/keys", json={"name": "x", "user_id": service}).status_code == 201
    user = {"email": "new@b.example", "name": "New", "roles": ["analyst", "analyst"]}
    assert admin.http.post("/v1/users", json=user).json()["roles"] == ["analyst"]
    assert_problem(admin.http.post("/v1/users", json=user), 409, "user-exists")


def test_system_role_cannot_be_assigned(admin):
    answer = admin.http.post("/v1/users", json={"email": "s@b.example", "name": "S", "roles": ["system"]})
    assert_problem(answer, 422, "invalid-input")


def test_list_pages_reach_the_last_row(editor):
    made = {editor.http.post("/v1/keys", json={"name": f"key {n}"}).json()["id"] for n in range(5)}
    seen, url = [], "/v1/keys?limit=2"
    while url:
        answer = editor.http.get(url)
        seen += [item["id"] for item in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert len(seen) == len(set(seen)) == 6
    assert made < set(seen)


def test_invalid_cursor_is_refused(editor):
    assert_problem(editor.http.get("/v1/keys?cursor=abc"), 422, "invalid-cursor")

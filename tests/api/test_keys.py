"""Tests scoped keys, key rotation, keys for other users, and changes of users."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Principal, Role
from app.db.session import RightsChangedError, system_principal
from app.identity.keys import KEY_PATTERN


def status_and_code(answer):
    return answer.status_code, answer.json().get("code")


def make_key(user, **more):
    answer = user.http.post("/v1/keys", json={"name": "made", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def client_of(server, made):
    return server.client(headers={"Authorization": f"Bearer {made['secret']}"})


def events(server, tenant_id, object_id):
    query = text("SELECT action, detail FROM audit_events WHERE object_id = :id ORDER BY id")
    with server.database.owner.transaction(system_principal(tenant_id)) as session:
        return session.execute(query, {"id": str(object_id)}).all()


INSERT_KEY = (
    "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, secret_hash, created_at) "
    "VALUES (:id, :tenant, :user, 'made', :prefix, '\\x00', now())"
)
INSERT_SESSION = (
    "INSERT INTO web_sessions (id, tenant_id, user_id, provider_id, token_digest, created_at, last_seen_at, "
    "idle_ends_at, ends_at) VALUES (gen_random_uuid(), :tenant, :me, :provider, gen_random_uuid()::text::bytea, now(), "
    "now(), now(), now())"
)


def as_api(server, tenant_id, user_id):
    return server.database.api.transaction(Principal(tenant_id, UUID(str(user_id)), frozenset({Role.ADMIN})))


def in_hours(hours):
    return datetime.now(UTC) + timedelta(hours=hours)


# --- scopes ---


def test_scoped_key_has_only_its_scopes(server, editor):
    narrow = client_of(server, make_key(editor, scopes=["documents:read"]))
    assert narrow.get("/v1/me").json()["permissions"] == ["documents:read"]
    assert narrow.get("/v1/documents").status_code == 200
    assert status_and_code(narrow.post("/v1/collections", json={"name": "x"})) == (403, "permission-required")
    assert status_and_code(narrow.get("/v1/keys")) == (403, "permission-required")


def test_scoped_key_creates_and_rotates_no_wider_key(server, editor):
    wide = make_key(editor)
    narrow = client_of(server, make_key(editor, scopes=["keys:own", "documents:read"]))
    for body in ({}, {"scopes": ["keys:own", "documents:write"]}):
        assert status_and_code(narrow.post("/v1/keys", json={"name": "x", **body})) == (422, "key-scopes-invalid")
    made = narrow.post("/v1/keys", json={"name": "x", "scopes": ["documents:read"]})
    assert made.json()["scopes"] == ["documents:read"]
    assert status_and_code(narrow.post(f"/v1/keys/{wide['id']}/rotate", json={})) == (422, "key-scopes-invalid")


def test_key_scopes_must_be_permissions_of_its_user(editor, admin):
    refused = editor.http.post("/v1/keys", json={"name": "x", "scopes": ["documents:read", "users:manage"]})
    assert status_and_code(refused) == (422, "key-scopes-invalid")
    assert "users:manage" in refused.json()["detail"]
    service = admin.http.post("/v1/service-accounts", json={"name": "loader", "roles": ["editor"]}).json()["id"]
    body = {"name": "x", "user_id": service, "scopes": ["evals:read"]}
    assert status_and_code(admin.http.post("/v1/keys", json=body)) == (422, "key-scopes-invalid")


def test_scoped_key_loses_permissions_that_its_user_loses(server, editor, admin):
    made = make_key(admin, scopes=["users:manage", "keys:own"])
    other = server.user(editor.tenant_id, Role.ADMIN)
    assert other.http.patch(f"/v1/users/{admin.id}", json={"roles": ["analyst"]}, headers={"If-Match": "*"}).is_success
    assert status_and_code(client_of(server, made).get("/v1/users")) == (403, "permission-required")


def test_scoped_key_assigns_no_role_beyond_its_scopes(server, admin, analyst):
    narrow = client_of(server, make_key(admin, scopes=["users:manage"]))
    made = narrow.post("/v1/users", json={"email": "mallory@example.com", "name": "M", "roles": ["admin"]})
    raised = narrow.patch(f"/v1/users/{analyst.id}", json={"roles": ["auditor"]}, headers={"If-Match": "*"})
    taken = narrow.patch(f"/v1/users/{admin.id}", json={"roles": ["analyst"]}, headers={"If-Match": "*"})
    assert {status_and_code(answer) for answer in (made, raised, taken)} == {(403, "role-beyond-scopes")}
    changed = narrow.patch(f"/v1/users/{analyst.id}", json={"roles": ["editor"]}, headers={"If-Match": "*"})
    assert changed.json()["roles"] == ["editor"]


def test_keys_match_the_secret_scanners_pattern(editor):
    assert re.fullmatch(KEY_PATTERN, make_key(editor)["secret"])


# --- rotation ---


def test_both_keys_are_valid_during_the_overlap(server, editor):
    old = make_key(editor, scopes=["keys:own", "documents:read"], expires_at=in_hours(5).isoformat())
    answer = editor.http.post(f"/v1/keys/{old['id']}/rotate", json={"overlap_seconds": 60})
    new = answer.json()
    assert (answer.status_code, new["name"], new["scopes"]) == (201, old["name"], sorted(old["scopes"]))
    lifetime = datetime.fromisoformat(new["expires_at"]) - datetime.fromisoformat(new["created_at"])
    assert timedelta(hours=4.9) < lifetime <= timedelta(hours=5)
    assert client_of(server, old).get("/v1/me").status_code == client_of(server, new).get("/v1/me").status_code == 200
    listed = {key["id"]: key for key in editor.http.get("/v1/keys").json()["items"]}
    assert (listed[old["id"]]["state"], listed[old["id"]]["successor_id"]) == ("rotated", new["id"])
    assert listed[new["id"]]["state"] == "active"
    ends = datetime.fromisoformat(listed[old["id"]]["expires_at"])
    assert timedelta(seconds=30) < ends - datetime.now(UTC) <= timedelta(seconds=60)
    assert status_and_code(editor.http.post(f"/v1/keys/{old['id']}/rotate", json={})) == (409, "key-rotated")
    (_, made), (action, rotated) = events(server, editor.tenant_id, old["id"])
    assert made["after"]["scopes"] == old["scopes"]
    assert (action, rotated["after"]["successor_id"]) == ("identity.key.rotated", new["id"])
    assert datetime.fromisoformat(rotated["before"]["expires_at"]) == datetime.fromisoformat(old["expires_at"])


def test_old_key_expires_at_once_if_rotated_without_overlap(server, editor):
    old = make_key(editor)
    key = client_of(server, old)
    new = key.post(f"/v1/keys/{old['id']}/rotate", json={"overlap_seconds": 0}).json()
    assert status_and_code(key.get("/v1/me")) == (401, "key-expired")
    assert client_of(server, new).get("/v1/me").json()["key_id"] == new["id"]
    assert status_and_code(editor.http.post(f"/v1/keys/{old['id']}/rotate", json={})) == (409, "key-ended")


def test_overlap_does_not_extend_the_old_key(editor):
    old = make_key(editor, expires_at=in_hours(1).isoformat())
    assert editor.http.post(f"/v1/keys/{old['id']}/rotate", json={"overlap_seconds": 86_400}).status_code == 201
    listed = {key["id"]: key for key in editor.http.get("/v1/keys").json()["items"]}
    assert datetime.fromisoformat(listed[old["id"]]["expires_at"]) == datetime.fromisoformat(old["expires_at"])


def test_replayed_rotation_creates_one_key(editor):
    old = make_key(editor)
    headers = {"Idempotency-Key": uuid4().hex}
    first, again = (editor.http.post(f"/v1/keys/{old['id']}/rotate", json={}, headers=headers) for _ in range(2))
    assert first.json() == again.json()


def test_concurrent_rotations_create_one_key(editor):
    old = make_key(editor)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: editor.http.post(f"/v1/keys/{old['id']}/rotate", json={}), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_expiring_key_may_rotate_only_itself(server, editor):
    short = make_key(editor, expires_at=in_hours(1).isoformat())
    forever = make_key(editor)
    key = client_of(server, short)
    assert status_and_code(key.post(f"/v1/keys/{forever['id']}/rotate", json={})) == (422, "key-lifetime-invalid")
    assert key.post(f"/v1/keys/{short['id']}/rotate", json={}).status_code == 201


def test_rotated_key_expires_no_later_than_the_key_that_created_it(server, editor):
    short = make_key(editor, expires_at=in_hours(1).isoformat())
    asked = {"name": "made", "expires_at": in_hours(0.9).isoformat()}
    made = client_of(server, short).post("/v1/keys", json=asked).json()
    for _ in range(2):
        renewed = client_of(server, made).post(f"/v1/keys/{made['id']}/rotate", json={})
        assert renewed.status_code == 201, renewed.text
        made = renewed.json()
        assert datetime.fromisoformat(made["expires_at"]) <= datetime.fromisoformat(short["expires_at"])


def test_response_is_not_replayed_to_a_key_with_fewer_scopes(server, editor):
    headers, body = {"Idempotency-Key": uuid4().hex}, {"name": "Second"}
    assert editor.http.post("/v1/keys", json=body, headers=headers).status_code == 201
    narrow = client_of(server, make_key(editor, scopes=["keys:own"]))
    assert status_and_code(narrow.post("/v1/keys", json=body, headers=headers)) == (422, "idempotency-key-reused")


def test_keys_of_others_cannot_be_rotated(editor, admin, analyst, stranger):
    old = make_key(editor)
    for user in (analyst, stranger):
        assert status_and_code(user.http.post(f"/v1/keys/{old['id']}/rotate", json={})) == (404, "key-not-found")
    assert status_and_code(admin.http.post(f"/v1/keys/{old['id']}/rotate", json={})) == (403, "key-of-person")


# --- keys for other users ---


def test_key_managers_create_and_rotate_service_account_keys(server, admin):
    service = admin.http.post("/v1/service-accounts", json={"name": "loader"}).json()["id"]
    clerk = client_of(server, make_key(admin, scopes=["keys:own", "keys:manage", "documents:read"]))
    for manager in (admin.http, clerk):
        body = {"name": "loading", "user_id": service, "scopes": ["documents:read"]}
        made = manager.post("/v1/keys", json=body).json()
        assert client_of(server, made).get("/v1/me").json()["user_id"] == service
        renewed = manager.post(f"/v1/keys/{made['id']}/rotate", json={})
        assert (renewed.status_code, renewed.json()["user_id"]) == (201, service)
    ((created, detail), *_) = events(server, admin.tenant_id, made["id"])
    assert (created, detail["user_id"], detail["kind"]) == ("identity.key.created", service, "service")


def test_users_may_not_create_keys_for_other_people(server, admin, editor, analyst):
    for person in (editor, analyst):
        refused = admin.http.post("/v1/keys", json={"name": "x", "user_id": str(person.id)})
        assert status_and_code(refused) == (403, "key-of-person")
    key = {"id": uuid4(), "tenant": admin.tenant_id, "user": editor.id, "prefix": uuid4().hex[:12]}
    with pytest.raises(RightsChangedError), as_api(server, admin.tenant_id, admin.id) as session:
        session.execute(text(INSERT_KEY), key)


@pytest.mark.parametrize("way_in", ["key", "link", "deleted link", "link of a deleted provider", "session"])
def test_only_a_person_who_never_had_access_gets_a_first_key(server, admin, way_in):
    body = {"email": f"{uuid4().hex}@example.com", "name": "New"}
    person = admin.http.post("/v1/users", json=body).json()["id"]
    first = {"name": "first", "user_id": person}
    if way_in == "key":
        made = admin.http.post("/v1/keys", json=first).json()
        assert client_of(server, made).get("/v1/me").json()["user_id"] == person
        # A person with a deleted key has had access, because the key may have been used.
        admin.http.delete(f"/v1/keys/{made['id']}")
    else:
        provider = {"name": "Staff", "issuer": "https://login.example.com", "client_id": uuid4().hex}
        path = f"/v1/identity-providers/{admin.http.post('/v1/identity-providers', json=provider).json()['id']}"
        if way_in == "session":
            with as_api(server, admin.tenant_id, person) as session:
                session.execute(
                    text(INSERT_SESSION), {"provider": path.split("/")[3], "tenant": admin.tenant_id, "me": person}
                )
        else:
            assert admin.http.put(f"{path}/links/{person}", json={"subject": "new"}).status_code == 200
        if way_in == "deleted link":
            assert admin.http.delete(f"{path}/links/{person}").status_code == 204
        elif way_in != "link":  # this request deletes the provider with its links and sessions
            assert admin.http.delete(path).status_code == 204
    assert status_and_code(admin.http.post("/v1/keys", json=first)) == (403, "key-of-person")


def test_first_key_does_not_change_the_users_revision(admin):
    """A new revision would cause a concurrent edit of the user to be rejected."""
    person = admin.http.post("/v1/users", json={"email": f"{uuid4().hex}@example.com", "name": "New"}).json()["id"]
    before = admin.http.get(f"/v1/users/{person}")
    assert admin.http.post("/v1/keys", json={"name": "first", "user_id": person}).status_code == 201
    after = admin.http.get(f"/v1/users/{person}")
    assert (after.headers["etag"], after.json()) == (before.headers["etag"], before.json())


def test_concurrent_requests_for_a_first_key_create_one(server, admin):
    person = admin.http.post("/v1/users", json={"email": f"{uuid4().hex}@example.com", "name": "New"}).json()["id"]
    body = {"name": "first", "user_id": person}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: admin.http.post("/v1/keys", json=body).status_code, range(4)))
    assert sorted(answers) == [201, 403, 403, 403]


# --- database functions for sign-in ---


def test_api_role_learns_only_ids_from_a_key_prefix(server, editor, stranger):
    prefix = make_key(editor)["prefix"]
    with as_api(server, stranger.tenant_id, stranger.id) as session:
        claim = session.execute(text("SELECT * FROM find_key_claim(:prefix)"), {"prefix": prefix}).mappings().one()
        assert {name: type(value) for name, value in claim.items()} == dict.fromkeys(
            ("key_id", "tenant_id", "user_id"), UUID
        )
        for digest in (b"", bytes(32), None):
            found = session.execute(
                text("SELECT * FROM find_api_key(:prefix, :digest)"), {"prefix": prefix, "digest": digest}
            )
            assert found.all() == []
        assert session.execute(text("SELECT * FROM find_session_key(''), find_key_claim('%')")).all() == []
        of_keys = text("SELECT oid::regprocedure::text FROM pg_proc WHERE prosrc LIKE '%secret_hash%'")
        assert session.scalars(of_keys).all() == ["find_api_key(text,bytea)"]
    with pytest.raises(RightsChangedError), as_api(server, editor.tenant_id, editor.id) as session:
        session.execute(text("SELECT secret_hash FROM api_keys"))


@pytest.mark.parametrize("part", ["prefix", "secret"])
def test_key_needs_matching_prefix_and_secret(server, editor, part):
    one, other = make_key(editor)["secret"], make_key(editor)["secret"]
    mixed = one[:16] + other[16:] if part == "prefix" else other[:16] + one[16:]
    assert status_and_code(server.client(headers={"Authorization": f"Bearer {mixed}"}).get("/v1/me")) == (
        401,
        "key-unknown",
    )


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = now() + interval '1 day'",
        "expires_at = NULL",
        "revoked_at = NULL",
        "scopes = NULL",
        "user_id = user_id",
    ],
)
def test_api_role_cannot_extend_or_widen_a_key(server, editor, change):
    made = make_key(editor, expires_at=in_hours(1).isoformat(), scopes=["documents:read"])
    editor.http.delete(f"/v1/keys/{made['id']}")
    principal = Principal(editor.tenant_id, editor.id)
    with pytest.raises(RightsChangedError), server.database.api.transaction(principal) as session:
        session.execute(text(f"UPDATE api_keys SET {change} WHERE id = :id"), {"id": made["id"]})


# --- users ---


def test_user_edit_needs_etag_and_is_logged_with_before_and_after(server, editor, admin):
    path = f"/v1/users/{editor.id}"
    seen = admin.http.get(path)
    assert seen.json()["kind"] == "person"
    assert status_and_code(admin.http.patch(path, json={"name": "Bo"})) == (428, "precondition-required")
    headers = {"If-Match": seen.headers["etag"]}
    changed = admin.http.patch(path, json={"name": "Bo", "roles": ["auditor", "analyst"]}, headers=headers)
    assert (changed.json()["name"], changed.json()["roles"]) == ("Bo", ["analyst", "auditor"])
    assert changed.headers["etag"] != seen.headers["etag"]
    assert status_and_code(admin.http.patch(path, json={"name": "Cy"}, headers=headers)) == (412, "precondition-failed")
    assert editor.http.get("/v1/me").json()["roles"] == ["analyst", "auditor"]
    action, detail = events(server, editor.tenant_id, editor.id)[-1]
    assert action == "identity.user.changed"
    assert (detail["before"]["roles"], detail["after"]["roles"]) == (["editor"], ["analyst", "auditor"])
    assert "Bo" not in str(detail)


def test_disabled_user_is_refused_at_once_until_enabled(editor, admin):
    path = f"/v1/users/{editor.id}"
    assert admin.http.patch(path, json={"disabled": True}, headers={"If-Match": "*"}).json()["disabled_at"]
    assert status_and_code(editor.http.get("/v1/me")) == (401, "user-disabled")
    admin.http.patch(path, json={"disabled": False}, headers={"If-Match": "*"})
    assert editor.http.get("/v1/me").status_code == 200


def test_users_of_another_tenant_are_404(server, editor):
    foreign = server.user(None, Role.ADMIN)
    assert status_and_code(foreign.http.get(f"/v1/users/{editor.id}")) == (404, "user-not-found")
    changed = foreign.http.patch(f"/v1/users/{editor.id}", json={"name": "x"}, headers={"If-Match": "*"})
    assert status_and_code(changed) == (404, "user-not-found")


@pytest.mark.parametrize("change", [{"roles": ["analyst"]}, {"disabled": True}])
def test_last_administrator_cannot_be_demoted_or_disabled(server, editor, admin, change):
    path, headers = f"/v1/users/{admin.id}", {"If-Match": "*"}
    assert status_and_code(admin.http.patch(path, json=change, headers=headers)) == (409, "last-administrator")
    disabled = server.user(editor.tenant_id, Role.ADMIN)
    assert admin.http.patch(f"/v1/users/{disabled.id}", json={"disabled": True}, headers=headers).status_code == 200
    assert status_and_code(admin.http.patch(path, json=change, headers=headers)) == (409, "last-administrator")
    other = server.user(editor.tenant_id, Role.ADMIN)
    assert admin.http.patch(path, json=change, headers=headers).status_code == 200
    assert other.http.get("/v1/users").status_code == 200


def test_two_administrators_cannot_disable_each_other_at_once(server):
    one = server.user(None, Role.ADMIN)
    other = server.user(one.tenant_id, Role.ADMIN)

    def end(pair):
        by, whom = pair
        return by.http.patch(f"/v1/users/{whom.id}", json={"disabled": True}, headers={"If-Match": "*"}).status_code

    with ThreadPoolExecutor(2) as pool:
        ended, refused = sorted(pool.map(end, [(one, other), (other, one)]))
    assert (ended, refused) in {(200, 401), (200, 403), (200, 404), (200, 409)}


def test_service_account_has_keys_and_a_reserved_address(server, admin):
    made = admin.http.post("/v1/service-accounts", json={"name": "import", "roles": ["analyst"]}).json()
    assert (made["kind"], made["email"].partition("@")[2]) == ("service", "service.invalid")
    key = make_key(admin, user_id=made["id"], scopes=["documents:read", "documents:write"])
    assert client_of(server, key).get("/v1/me").json()["user_id"] == made["id"]
    assert made["id"] in {user["id"] for user in admin.http.get("/v1/users").json()["items"]}

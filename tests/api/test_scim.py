"""Tests the permissions, the error responses and the changes of SCIM over HTTP."""

from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from app.audit.denials import DENIED
from app.core.principal import Role
from app.db.session import system_principal
from app.identity.scim.endpoints import router
from tests.api.scim_calls import CORE, assert_error, make, new_group, new_user, operations

ROUTES = [
    (method, route.path)
    for route in router.routes
    if isinstance(route, APIRoute) and route.name != "refuse"
    for method in sorted(route.methods)
]
CHANGES = text(
    "SELECT action, actor_id, detail FROM audit_events WHERE object_id = :id AND action LIKE 'identity.%' ORDER BY id"
)
# Endpoints that describe the service. Any key may read them.
DESCRIPTIONS = ("ServiceProviderConfig", "Schemas", "ResourceTypes")


def call(user, method, path, resource_id):
    body = {"Users": new_user(), "Groups": new_group()}.get(path.split("/")[3])
    if method == "PATCH":
        body = operations({"op": "replace", "path": "externalId", "value": "x"})
    url = path.format(user_id=resource_id, group_id=resource_id, name=f"{CORE}:User" if "Schemas" in path else "User")
    return user.request(method, url, json=body if method in {"POST", "PUT", "PATCH"} else None)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_a_key_and_the_permission(server, editor, admin, method, path):
    kind = path.split("/")[3]
    described = kind in DESCRIPTIONS
    existing = None if described else make(admin, kind, new_user() if kind == "Users" else new_group())["id"]
    assert_error(call(server.client(), method, path, existing), 401)
    if described:
        assert call(editor.http, method, path, existing).status_code == 200
        return
    assert_error(call(editor.http, method, path, existing), 403)
    if existing is not None and "_id}" in path:
        stranger = server.user(None, Role.ADMIN)
        foreign, absent = (call(stranger.http, method, path, one) for one in (existing, uuid4()))
        assert_error(foreign, 404)
        assert foreign.json() == absent.json()
        assert_error(call(stranger.http, method, path, "not-an-id"), 404)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("POST", "/Schemas", 405, "GET"),
        ("POST", "/Users/1", 405, "DELETE, GET, PATCH, PUT"),
        ("POST", "/Bulk", 501, None),
        ("POST", "/.search", 501, None),
        ("GET", "/Me", 501, None),
        ("GET", "/Schemas?filter=id%20pr", 403, None),
    ],
)
def test_unsupported_requests_get_a_scim_error(admin, method, path, status, allow):
    answer = admin.http.request(method, f"/scim/v2{path}")
    assert_error(answer, status)
    assert answer.headers.get("allow") == allow


@pytest.mark.parametrize(
    ("given", "status", "scim_type"),
    [
        ({"op": "replace", "path": "id", "value": "x"}, 400, "mutability"),
        ({"op": "remove", "path": "userName"}, 400, "mutability"),
        ({"op": "replace", "path": "groups", "value": [{"value": "x"}]}, 400, "mutability"),
        ({"op": "remove"}, 400, "noTarget"),
        ({"op": "replace", "path": 'emails[type ne "work"].value', "value": "a@b.example"}, 400, "noTarget"),
        ({"op": "replace", "path": "emails[", "value": "x"}, 400, "invalidPath"),
        ({"op": "twist", "path": "displayName", "value": "x"}, 400, "invalidValue"),
        ({"op": "add", "path": "roles", "value": [{"value": "system"}]}, 400, "invalidValue"),
        ({"op": "add", "path": "emails", "value": [{"value": "not an address"}]}, 400, "invalidValue"),
        ({"op": "replace", "path": "displayName", "value": "a\u0000b"}, 400, "invalidValue"),
        ({"op": "replace", "path": "displayName", "value": "x" * 300}, 400, "invalidValue"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, 400, "invalidValue"),
    ],
)
def test_invalid_patch_is_refused_and_changes_nothing(admin, given, status, scim_type):
    made = make(admin, "Users", new_user(displayName="Ana"))
    first = {"op": "replace", "path": "displayName", "value": "Ben"}
    answer = admin.http.patch(f"/scim/v2/Users/{made['id']}", json=operations(first, given))
    assert_error(answer, status, scim_type)
    assert admin.http.get(f"/scim/v2/Users/{made['id']}").json() == made


def test_invalid_bodies_are_refused(admin):
    kind = {"Content-Type": "application/scim+json"}
    assert_error(admin.http.post("/scim/v2/Users", content=b"{", headers=kind), 400, "invalidSyntax")
    assert_error(admin.http.post("/scim/v2/Users", content=b"[" * 100_000, headers=kind), 400, "invalidSyntax")
    assert_error(admin.http.post("/scim/v2/Users", content=b"[]", headers=kind), 400, "invalidSyntax")
    assert_error(admin.http.post("/scim/v2/Users", content=b"{}", headers={"Content-Type": "text/plain"}), 415)
    assert_error(admin.http.post("/scim/v2/Users", content=b"x" * (1 << 21), headers=kind), 413)
    assert_error(admin.http.post("/scim/v2/Users", json={"schemas": [f"{CORE}:User"]}), 400, "invalidValue")


def test_group_request_with_over_1000_values_is_refused(admin):
    group = make(admin, "Groups", new_group())
    many = [{"value": str(uuid4())} for _ in range(1001)]
    add = {"op": "add", "path": "members", "value": many}
    rename = {"op": "replace", "path": "displayName", "value": "x"}
    for body in (operations(add), operations(*[rename] * 1001)):
        assert_error(admin.http.patch(f"/scim/v2/Groups/{group['id']}", json=body), 413)
    assert_error(admin.http.post("/scim/v2/Groups", json=new_group(members=many)), 413)


def test_user_with_over_1000_values_is_refused(admin):
    user = make(admin, "Users", new_user())
    many = new_user(emails=[{"value": f"a{number}@example.com", "type": "other"} for number in range(1_001)])
    assert_error(admin.http.post("/scim/v2/Users", json=many), 413)
    assert_error(admin.http.put(f"/scim/v2/Users/{user['id']}", json=many), 413)


@pytest.mark.parametrize("depth", [30, 400, 990, 20_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"x":', "}")])
def test_deeply_nested_body_is_refused(admin, depth, opening, closing):
    group = make(admin, "Groups", new_group())
    deep = opening * depth + "1" + closing * depth
    body = f'{{"schemas": [], "userName": "a@example.com", "displayName": "a", "Operations": {deep}, "x": {deep}}}'
    headers = {"Content-Type": "application/scim+json"}
    for method, path in (("POST", "Users"), ("POST", "Groups"), ("PATCH", f"Groups/{group['id']}")):
        answer = admin.http.request(method, f"/scim/v2/{path}", content=body, headers=headers)
        assert_error(answer, 400, "invalidSyntax")


def test_names_addresses_and_external_ids_are_unique(admin, analyst):
    body = new_user(externalId=uuid4().hex)
    made = make(admin, "Users", body)
    taken = [
        {**body, "externalId": None, "userName": body["userName"].upper()},
        {**new_user(), "externalId": body["externalId"]},
        new_user(emails=[{"value": body["userName"]}]),
    ]
    for one in taken:
        assert_error(admin.http.post("/scim/v2/Users", json=one), 409, "uniqueness")
    other = make(admin, "Users", new_user())
    change = operations({"op": "replace", "path": "userName", "value": body["userName"]})
    assert_error(admin.http.patch(f"/scim/v2/Users/{other['id']}", json=change), 409, "uniqueness")
    group = make(admin, "Groups", new_group())
    assert_error(
        admin.http.post("/scim/v2/Groups", json=new_group(displayName=group["displayName"])), 409, "uniqueness"
    )
    assert admin.http.delete(f"/scim/v2/Users/{made['id']}").status_code == 204
    assert make(admin, "Users", body)["id"] != made["id"]


def test_change_with_an_old_version_is_refused(admin):
    for kind, body in (("Users", new_user()), ("Groups", new_group())):
        path = f"/scim/v2/{kind}/{make(admin, kind, body)['id']}"
        seen = admin.http.get(path)
        tag = seen.headers["etag"]
        assert (tag, seen.json()["meta"]["version"]) == ('W/"1"', 'W/"1"')
        assert admin.http.get(path, headers={"If-None-Match": tag}).status_code == 304
        change = operations({"op": "replace", "path": "externalId", "value": uuid4().hex})
        changed = admin.http.patch(path, json=change, headers={"If-Match": tag})
        assert (changed.status_code, changed.headers["etag"]) == (200 if kind == "Users" else 204, 'W/"2"')
        for method, more in (("PATCH", change), ("PUT", body), ("DELETE", None)):
            assert_error(admin.http.request(method, path, json=more, headers={"If-Match": tag}), 412)
        assert admin.http.get(path, headers={"If-None-Match": tag}).status_code == 200
        assert admin.http.patch(path, json=change).headers["etag"] == 'W/"2"'
        assert admin.http.delete(path, headers={"If-Match": 'W/"2"'}).status_code == 204


def test_key_of_disabled_user_is_refused_at_the_next_request(server, admin):
    made = make(admin, "Users", new_user())
    secret = admin.http.post("/v1/keys", json={"name": "x", "user_id": made["id"]}).json()["secret"]
    key = server.client(headers={"Authorization": f"Bearer {secret}"})
    path = f"/scim/v2/Users/{made['id']}"
    for active, status in ((True, 200), (False, 401), (True, 200)):
        change = operations({"op": "replace", "path": "active", "value": active})
        assert admin.http.patch(path, json=change).status_code == 200
        assert key.get("/v1/me").status_code == status
    assert admin.http.delete(path).status_code == 204
    assert key.get("/v1/me").json()["code"] == "key-revoked"


def test_deleted_user_remains_only_in_the_audit_log(server, admin):
    made = make(admin, "Users", new_user(externalId=uuid4().hex))
    group = make(admin, "Groups", new_group(members=[{"value": made["id"]}]))
    assert admin.http.delete(f"/scim/v2/Users/{made['id']}").status_code == 204
    for method in ("GET", "PUT", "DELETE"):
        assert_error(admin.http.request(method, f"/scim/v2/Users/{made['id']}", json=new_user()), 404)
    assert "members" not in admin.http.get(f"/scim/v2/Groups/{group['id']}").json()
    found = admin.http.get("/scim/v2/Users", params={"filter": f'externalId eq "{made["externalId"]}"'}).json()
    assert (found["totalResults"], found["Resources"]) == (0, [])
    add = operations({"op": "add", "path": "members", "value": [{"value": made["id"]}]})
    assert_error(admin.http.patch(f"/scim/v2/Groups/{group['id']}", json=add), 400, "invalidValue")
    with server.database.owner.transaction(system_principal(admin.tenant_id)) as session:
        row = session.execute(text("SELECT email, deleted_at FROM users WHERE id = :id"), {"id": made["id"]}).one()
        events = session.execute(CHANGES, {"id": made["id"]}).all()
    assert row.email == made["userName"]
    assert row.deleted_at is not None
    assert [event.action for event in events] == ["identity.user.created", "identity.user.deleted"]
    assert events[1].detail["before"]["groups"] == [group["id"]]


def test_changes_are_logged_with_before_and_after_but_no_names(server, admin):
    made = make(admin, "Users", new_user(displayName="Ana Sol"))
    path = f"/scim/v2/Users/{made['id']}"
    admin.http.patch(path, json=operations({"op": "replace", "value": {"displayName": "Ana Luz", "active": False}}))
    admin.http.patch(path, json=operations({"op": "add", "path": "roles", "value": [{"value": "editor"}]}))
    admin.http.patch(path, json=operations({"op": "replace", "path": "displayName", "value": "Ana Luz"}))
    with server.database.owner.transaction(system_principal(admin.tenant_id)) as session:
        events = session.execute(CHANGES, {"id": made["id"]}).all()
    assert [event.action.rpartition(".")[2] for event in events] == ["created", "disabled", "updated"]
    assert {event.actor_id for event in events} == {admin.id}
    assert (events[1].detail["before"]["active"], events[1].detail["after"]["active"]) == (True, False)
    assert events[2].detail["before"]["roles"] == ["analyst"]
    assert events[2].detail["after"]["roles"] == ["analyst", "editor"]
    assert "Ana" not in str([event.detail for event in events])
    assert made["userName"] not in str([event.detail for event in events])


def test_refusals_are_logged(server, admin, analyst):
    absent = str(uuid4())
    assert_error(admin.http.get(f"/scim/v2/Users/{absent}"), 404)
    assert_error(admin.http.delete(f"/scim/v2/Users/{admin.id}"), 403)
    assert_error(analyst.http.get(f"/scim/v2/Groups/{absent}"), 403)
    query = text("SELECT actor_id, object_type, object_id, detail FROM audit_events WHERE action = :action ORDER BY id")
    with server.database.owner.transaction(system_principal(admin.tenant_id)) as session:
        logged = session.execute(query, {"action": DENIED}).all()
    assert [(one.actor_id, one.object_type, one.object_id, one.detail["status"]) for one in logged] == [
        (admin.id, "user", absent, 404),
        (admin.id, "user", str(admin.id), 403),
        (analyst.id, "group", absent, 403),
    ]


def test_scoped_key_changes_no_role_beyond_its_scopes(server, admin):
    body = {"name": "provider", "scopes": ["users:manage", "groups:manage"]}
    secret = admin.http.post("/v1/keys", json=body).json()["secret"]
    provider = server.client(headers={"Authorization": f"Bearer {secret}"})
    made = provider.post("/scim/v2/Users", json=new_user(roles=[{"value": "editor"}]))
    assert made.status_code == 201, made.text
    assert provider.post("/scim/v2/Users", json=new_user()).json()["roles"] == [{"value": "analyst"}]
    for role in ("admin", "engineer", "auditor"):
        assert_error(provider.post("/scim/v2/Users", json=new_user(roles=[{"value": role}])), 403)
    path = f"/scim/v2/Users/{made.json()['id']}"
    raising = operations({"op": "add", "path": "roles", "value": [{"value": "admin"}]})
    assert_error(provider.patch(path, json=raising), 403)
    assert admin.http.patch(path, json=raising).status_code == 200
    assert_error(provider.patch(path, json=operations({"op": "remove", "path": 'roles[value eq "admin"]'})), 403)
    moving = operations({"op": "replace", "path": "emails", "value": [{"value": "else@example.com"}]})
    assert_error(provider.patch(f"/scim/v2/Users/{admin.id}", json=moving), 403)
    assert provider.get("/v1/users").status_code == 200
    assert provider.get("/v1/collections").status_code == 403


def test_caller_and_last_administrator_cannot_be_disabled(server, admin):
    path = f"/scim/v2/Users/{admin.id}"
    assert_error(admin.http.delete(path), 403)
    off = operations({"op": "replace", "path": "active", "value": False})
    assert_error(admin.http.patch(path, json=off), 403)
    assert_error(admin.http.patch(path, json=operations({"op": "remove", "path": "roles"})), 409)


def test_users_created_in_footnote_are_valid_scim_users(admin):
    body = {"email": f"{uuid4().hex}@example.com", "name": "Ana Sol", "roles": ["editor"]}
    user_id = admin.http.post("/v1/users", json=body).json()["id"]
    for text_ in (f'userName eq "{body["email"]}"', f'emails[type eq "work" and value eq "{body["email"]}"]'):
        (found,) = admin.http.get("/scim/v2/Users", params={"filter": text_}).json()["Resources"]
        assert (found["id"], found["displayName"], found["roles"]) == (user_id, "Ana Sol", [{"value": "editor"}])
    adopted = admin.http.put(f"/scim/v2/Users/{user_id}", json={**new_user(), "userName": "ana", "externalId": "e-1"})
    assert adopted.status_code == 200, adopted.text
    assert (adopted.json()["userName"], adopted.json()["roles"]) == ("ana", [{"value": "editor"}])
    program = admin.http.post("/v1/service-accounts", json={"name": "import"}).json()["id"]
    assert_error(admin.http.get(f"/scim/v2/Users/{program}"), 404)


def test_groups_contain_users_and_groups_without_cycles(server, admin):
    user = make(admin, "Users", new_user())["id"]
    inner = make(admin, "Groups", new_group(members=[{"value": user, "type": "User"}]))["id"]
    outer = make(admin, "Groups", new_group(members=[{"value": inner, "type": "Group"}]))
    assert [(member["value"], member["type"]) for member in outer["members"]] == [(inner, "Group")]
    assert outer["members"][0]["$ref"] == f"{server.url}/scim/v2/Groups/{inner}"
    ring = operations({"op": "add", "path": "members", "value": [{"value": outer["id"]}]})
    assert_error(admin.http.patch(f"/scim/v2/Groups/{inner}", json=ring), 409)
    stranger = server.user(None, Role.ADMIN)
    for member in (str(stranger.id), str(uuid4())):
        add = operations({"op": "add", "path": "members", "value": [{"value": member}]})
        assert_error(admin.http.patch(f"/scim/v2/Groups/{inner}", json=add), 400, "invalidValue")
    wrong = operations({"op": "add", "path": "members", "value": [{"value": user, "type": "Group"}]})
    assert_error(admin.http.patch(f"/scim/v2/Groups/{outer['id']}", json=wrong), 400, "invalidValue")
    shown = admin.http.get(f"/scim/v2/Users/{user}").json()
    assert [group["value"] for group in shown["groups"]] == [inner]

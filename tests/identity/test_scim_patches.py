"""Random sequences of SCIM patches change users and groups exactly as they change a simple model."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import Context, SCIMException

from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.identity.scim.groups import GroupProvisioning
from app.identity.scim.users import UserProvisioning
from app.identity.service import TenantAdmin

BASE = "https://footnote.example/scim/v2"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
TYPES = ("work", "home", "other")
SLOW_BUT_REAL = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
words = st.sampled_from(["Ana", "Ben", "Cleo", "Dé"])
spelled = st.sampled_from([lambda op: op, str.upper, str.capitalize])


def dumped(resource):
    return resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


@pytest.fixture(scope="module")
def admin(shared_database):
    founder = TenantAdmin(owner=shared_database.owner, clock=SystemClock())
    tenant = founder.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
    user_id, _ = founder.create_user(tenant, email="admin@example.com", name="Admin", roles=[Role.ADMIN])
    return Principal(tenant_id=tenant, user_id=user_id, roles=frozenset({Role.ADMIN}))


@pytest.fixture(scope="module")
def users(shared_database):
    return UserProvisioning(database=shared_database.api, clock=SystemClock())


@pytest.fixture(scope="module")
def groups(shared_database):
    return GroupProvisioning(database=shared_database.api, clock=SystemClock())


def set_text(path, *keys):
    """Return a strategy for operations that set or remove the text at `path`.

    Each operation comes with a function that changes the text at `keys` in the model.
    """

    def at(model):
        for key in keys[:-1]:
            model = model.setdefault(key, {})
        return model

    def put(word, op):
        def change(model):
            at(model)[keys[-1]] = word

        return {"op": op, "path": path, "value": word}, change

    def put_by_key(word):
        def change(model):
            at(model)[keys[-1]] = word

        return {"op": "replace", "value": {path: word}}, change

    def remove():
        return {"op": "remove", "path": path}, lambda model: at(model).pop(keys[-1], None)

    return st.one_of(
        st.builds(put, words, st.sampled_from(["add", "Replace"])), st.builds(put_by_key, words), st.builds(remove)
    )


def set_active(value, op):
    return {"op": op, "path": "active", "value": value}, lambda model: model.update(active=str(value) == "True")


def set_email(kind, word, op):
    address = f"{word.encode().hex()}@example.com"
    operation = {"op": op, "path": f'emails[type eq "{kind}"].value', "value": address}
    return operation, lambda model: model["emails"].update({kind: address})


def set_emails(kinds):
    entries = [{"type": kind, "value": f"{kind}@example.com"} for kind in kinds]

    def change(model):
        model["emails"] = {entry["type"]: entry["value"] for entry in entries}

    return {"op": "replace", "path": "emails", "value": entries}, change


def remove_email(kind):
    return {"op": "remove", "path": f'emails[type eq "{kind}"]'}, lambda model: model["emails"].pop(kind, None)


def add_role(role):
    return {"op": "Add", "path": "roles", "value": [{"value": role}]}, lambda model: model["roles"].add(role)


def remove_role(role):
    return {"op": "remove", "path": f'roles[value eq "{role}"]'}, lambda model: model["roles"].discard(role)


roles = st.sampled_from(["analyst", "editor", "engineer"])
user_operations = st.one_of(
    set_text("displayName", "displayName"),
    set_text("externalId", "externalId"),
    set_text("name.givenName", "name", "givenName"),
    set_text("name.familyName", "name", "familyName"),
    st.builds(set_active, st.sampled_from([True, False, "True", "False"]), st.sampled_from(["replace", "Add"])),
    st.builds(set_email, st.sampled_from(TYPES), words, st.sampled_from(["add", "replace"])),
    st.builds(set_emails, st.lists(st.sampled_from(TYPES), unique=True)),
    st.builds(remove_email, st.sampled_from(TYPES)),
    st.builds(add_role, roles),
    st.builds(remove_role, roles),
)

# Each of these operations fails. The server then applies none of the operations in the same request.
USER_REFUSALS = [
    {"op": "remove", "path": "userName"},
    {"op": "replace", "path": "id", "value": "x"},
    {"op": "add", "path": "roles", "value": [{"value": "system"}]},
    {"op": "replace", "path": 'emails[type eq "work"].value', "value": "nowhere"},
]
GROUP_REFUSALS = [
    {"op": "add", "path": "members", "value": [{"value": str(uuid4())}]},
    {"op": "add", "path": "members", "value": [{"value": "nobody"}]},
    {"op": "remove", "path": "displayName"},
]


def requests_of(operations, refusals):
    """Return a strategy for lists of requests.

    A request is (operations with their changes of the model, an invalid operation or None).
    """
    spoiling = st.one_of(st.none(), st.none(), st.sampled_from(refusals))
    return st.lists(st.tuples(st.lists(operations, min_size=1, max_size=4), spoiling), max_size=5)


def send(request, model, call):
    """Send the request with `call`, and change the model if the request is valid."""
    operations, spoiling = request
    body = {"schemas": [PATCH], "Operations": [operation for operation, _ in operations]}
    if spoiling is not None:
        body["Operations"].append(spoiling)
        with pytest.raises((SCIMException, ValueError)):
            call(body)
        return
    call(body)
    for _, change in operations:
        change(model)


def state_of(user):
    shown = dumped(user)
    return {
        "displayName": shown.get("displayName"),
        "externalId": shown.get("externalId"),
        "name": shown.get("name") or {},
        "active": shown["active"],
        "emails": {email["type"]: email["value"] for email in shown.get("emails", [])},
        "roles": {role["value"] for role in shown.get("roles", [])},
    }


def expected_of(model):
    return {"displayName": model.get("displayName"), "externalId": model.get("externalId")} | {
        name: model[name] for name in ("name", "active", "emails", "roles")
    }


@SLOW_BUT_REAL
@given(requests=requests_of(user_operations, USER_REFUSALS))
def test_patched_user_equals_model(admin, users, requests):
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": f"{uuid4().hex}@example.com"}
    made = users.create_user(admin, body, base=BASE)
    user_id = UUID(made.id)
    model = {"name": {}, "active": True, "emails": {}, "roles": {"analyst"}}
    for request in requests:
        send(request, model, lambda body: users.patch_user(admin, user_id, body, base=BASE, revision=None))
        assert state_of(users.get_user(admin, user_id, base=BASE)) == expected_of(model)
    users.delete_user(admin, user_id, revision=None)


def add_members(chosen):
    entries = [{"value": member} for member in chosen]
    return {"op": "Add", "path": "members", "value": entries}, lambda model: model["members"].update(chosen)


def add_members_by_key(chosen):
    entries = [{"value": member} for member in chosen]
    return {"op": "add", "value": {"members": entries}}, lambda model: model["members"].update(chosen)


def remove_member(member):
    path = f'members[value eq "{member}"]'
    return {"op": "remove", "path": path}, lambda model: model["members"].discard(member)


def remove_members(chosen):
    entries = [{"value": member, "$ref": None} for member in chosen]
    operation = {"op": "Remove", "path": "members", "value": entries}
    return operation, lambda model: model["members"].difference_update(chosen)


def replace_members(chosen):
    def change(model):
        model["members"] = set(chosen)

    return {"op": "replace", "path": "members", "value": [{"value": member} for member in chosen]}, change


def remove_all_members():
    return {"op": "remove", "path": "members"}, lambda model: model["members"].clear()


def rename(word, by_key):
    name = f"{word} {uuid4()}"
    operation = {"op": "replace", "value": {"displayName": name}}
    if not by_key:
        operation = {"op": "Replace", "path": "displayName", "value": name}
    return operation, lambda model: model.update(displayName=name)


def make_group(admin, groups, members=()):
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": str(uuid4()),
        "members": [{"value": member} for member in members],
    }
    return groups.create_group(admin, body, base=BASE)


@pytest.fixture(scope="module")
def people(admin, users, groups):
    """Create four users and two groups; return their IDs."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}
    made = [
        users.create_user(admin, {**body, "userName": f"{uuid4().hex}@example.com"}, base=BASE).id for _ in range(4)
    ]
    return [*made, *(make_group(admin, groups).id for _ in range(2))]


@SLOW_BUT_REAL
@given(data=st.data())
def test_patched_group_equals_model(admin, groups, people, data):
    one = st.sampled_from(people)
    some = st.lists(one, unique=True, min_size=1, max_size=4)
    operations = st.one_of(
        st.builds(add_members, some),
        st.builds(add_members_by_key, some),
        st.builds(remove_member, one),
        st.builds(remove_members, some),
        st.builds(replace_members, some),
        st.builds(remove_all_members),
        st.builds(rename, words, st.booleans()),
    )
    made = make_group(admin, groups)
    group_id = UUID(made.id)
    model = {"displayName": made.display_name, "members": set()}
    for request in data.draw(requests_of(operations, GROUP_REFUSALS)):
        send(request, model, lambda body: groups.patch_group(admin, group_id, body, base=BASE, revision=None))
        shown = dumped(groups.get_group(admin, group_id, base=BASE))
        members = {member["value"] for member in shown.get("members", [])}
        assert (shown["displayName"], members) == (model["displayName"], model["members"])

"""Whom a key with scopes may not touch, and that what changed nothing is not told as done: asked without a server."""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.principal import Permission, PermissionRequiredError, Principal, Role
from app.db.session import system_principal
from app.identity.errors import RoleBeyondScopesError
from app.identity.scim.parsing import parse_payload
from app.identity.scim.repository import ProvisioningRepository
from app.identity.scim.users import UserProvisioning
from app.identity.service import IdentityService, TenantAdmin
from app.identity.users import UserChange, UserService
from tests.api.scim_calls import new_user, operations

BASE = "https://footnote.test/scim/v2"
HIGHER = [Role.ADMIN, Role.ENGINEER, Role.AUDITOR]


@dataclass
class House:
    """A tenant of a test's own: its administrator, a key of the administrator's for provisioning, and the services."""

    database: Any
    chief: Principal
    narrow: Principal
    admin: TenantAdmin
    users: UserService
    provisioning: UserProvisioning
    identity: IdentityService

    def person(self, *roles: Role) -> UUID:
        email = f"{uuid4().hex}@example.com"
        return self.admin.create_user(self.chief.tenant_id, email=email, name="Ana", roles=roles)[0]

    def patch(self, principal: Principal, user_id: UUID, **values: Any) -> Any:
        payload = parse_payload(json.dumps(operations({"op": "replace", "value": values})).encode())
        return self.provisioning.patch_user(principal, user_id, payload, base=BASE, revision=None)

    def put(self, principal: Principal, user_id: UUID, **values: Any) -> Any:
        payload = parse_payload(json.dumps(new_user(**values)).encode())
        return self.provisioning.replace_user(principal, user_id, payload, base=BASE, revision=None)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.database.owner.transaction(system_principal(self.chief.tenant_id)) as session:
            found = session.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []

    def count(self, action: str) -> int:
        (found,) = self.sql("SELECT count(*) FROM audit_events WHERE action = :action", action=action)
        return found.count


@pytest.fixture
def house(shared_database: Any) -> House:
    clock = SystemClock()
    admin = TenantAdmin(owner=shared_database.owner, clock=clock)
    tenant_id = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
    user_id, _ = admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    chief = Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN}))
    return House(
        shared_database,
        chief,
        replace(chief, scopes=frozenset({Permission.USERS_MANAGE, Permission.GROUPS_MANAGE})),
        admin,
        UserService(database=shared_database.api, clock=clock),
        UserProvisioning(database=shared_database.api, clock=clock),
        IdentityService(database=shared_database.api, clock=clock),
    )


@pytest.mark.parametrize("role", HIGHER)
@pytest.mark.parametrize("disabled", [False, True])
def test_a_key_with_scopes_ends_and_lets_in_nobody_who_has_a_role_beyond_them(house, role, disabled):
    user_id = house.person(Role.ANALYST, role)
    house.users.update_user(house.chief, user_id, UserChange(disabled=disabled), revision=None)
    calls = [
        lambda: house.users.update_user(house.narrow, user_id, UserChange(disabled=not disabled), revision=None),
        lambda: house.patch(house.narrow, user_id, active=disabled),
        lambda: house.put(house.narrow, user_id, active=disabled),
        lambda: house.provisioning.delete_user(house.narrow, user_id, revision=None),
    ]
    for call in calls:
        with pytest.raises(RoleBeyondScopesError):
            call()
    found = house.users.get_user(house.narrow, user_id)
    assert (found.disabled_at is not None, found.deleted_at) == (disabled, None)


def test_a_key_with_scopes_ends_and_lets_in_whoever_can_do_no_more_than_an_editor(house):
    user_id = house.person(Role.ANALYST, Role.EDITOR)
    for disabled in (True, False):
        changed = house.users.update_user(house.narrow, user_id, UserChange(disabled=disabled), revision=None)
        assert (changed.disabled_at is not None) is disabled
    assert house.patch(house.narrow, user_id, active=False).active is False
    assert house.patch(house.narrow, user_id, active=True).active is True
    house.provisioning.delete_user(house.narrow, user_id, revision=None)
    assert house.count("identity.user.deleted") == 1


def test_an_administrator_who_is_none_any_more_by_the_time_of_the_change_is_refused_and_nothing_logged(
    house, monkeypatch
):
    house.person(Role.ADMIN)
    user_id = house.person(Role.ANALYST)
    looks = ProvisioningRepository.is_taken

    def is_taken(*args, **more):
        house.sql("UPDATE users SET roles = '{analyst}' WHERE id = :id", id=house.chief.user_id)
        return looks(*args, **more)

    monkeypatch.setattr(ProvisioningRepository, "is_taken", is_taken)
    with pytest.raises(PermissionRequiredError):
        house.put(house.chief, user_id, active=False)
    assert house.sql("SELECT disabled_at FROM users WHERE id = :id", id=user_id) == [(None,)]
    assert house.count("identity.user.disabled") == 0


def test_a_key_that_is_revoked_twice_is_logged_as_revoked_once(house):
    made = house.identity.create_key(house.chief, name="x")
    for _ in range(2):
        house.identity.revoke_key(house.chief, made.key.id)
    assert house.count("identity.key.revoked") == 1

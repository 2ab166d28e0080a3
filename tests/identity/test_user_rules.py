"""Limits of scoped keys, and changes that write no audit row. The tests call the services without a server."""

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
class OwnTenant:
    """A tenant for one test, with its administrator, the administrator's provisioning key, and the services."""

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
def own(shared_database: Any) -> OwnTenant:
    clock = SystemClock()
    admin = TenantAdmin(owner=shared_database.owner, clock=clock)
    tenant_id = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
    user_id, _ = admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    chief = Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN}))
    return OwnTenant(
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
def test_scoped_key_can_not_disable_or_enable_users_beyond_scopes(own, role, disabled):
    user_id = own.person(Role.ANALYST, role)
    own.users.update_user(own.chief, user_id, UserChange(disabled=disabled), revision=None)
    calls = [
        lambda: own.users.update_user(own.narrow, user_id, UserChange(disabled=not disabled), revision=None),
        lambda: own.patch(own.narrow, user_id, active=disabled),
        lambda: own.put(own.narrow, user_id, active=disabled),
        lambda: own.provisioning.delete_user(own.narrow, user_id, revision=None),
    ]
    for call in calls:
        with pytest.raises(RoleBeyondScopesError):
            call()
    found = own.users.get_user(own.narrow, user_id)
    assert (found.disabled_at is not None, found.deleted_at) == (disabled, None)


def test_scoped_key_can_disable_and_enable_analysts_and_editors(own):
    user_id = own.person(Role.ANALYST, Role.EDITOR)
    for disabled in (True, False):
        changed = own.users.update_user(own.narrow, user_id, UserChange(disabled=disabled), revision=None)
        assert (changed.disabled_at is not None) is disabled
    assert own.patch(own.narrow, user_id, active=False).active is False
    assert own.patch(own.narrow, user_id, active=True).active is True
    own.provisioning.delete_user(own.narrow, user_id, revision=None)
    assert own.count("identity.user.deleted") == 1


def test_change_by_former_administrator_is_rejected_without_audit(own, monkeypatch):
    own.person(Role.ADMIN)
    user_id = own.person(Role.ANALYST)
    looks = ProvisioningRepository.is_taken

    def is_taken(*args, **more):
        own.sql("UPDATE users SET roles = '{analyst}' WHERE id = :id", id=own.chief.user_id)
        return looks(*args, **more)

    monkeypatch.setattr(ProvisioningRepository, "is_taken", is_taken)
    with pytest.raises(PermissionRequiredError):
        own.put(own.chief, user_id, active=False)
    assert own.sql("SELECT disabled_at FROM users WHERE id = :id", id=user_id) == [(None,)]
    assert own.count("identity.user.disabled") == 0


def test_revoking_key_twice_is_audited_once(own):
    made = own.identity.create_key(own.chief, name="x")
    for _ in range(2):
        own.identity.revoke_key(own.chief, made.key.id)
    assert own.count("identity.key.revoked") == 1

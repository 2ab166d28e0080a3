"""What the services of sign-in refuse, whoever calls them: asked without a server."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.principal import PERMISSIONS, Permission, Principal, Role
from app.db.session import system_principal
from app.identity.oidc_errors import ProvidersBeyondScopesError
from app.identity.oidc_http import ProviderHttp
from app.identity.oidc_providers import NewProvider, ProviderService
from app.identity.service import TenantAdmin

ISSUER = "https://login.example.com"


@dataclass
class House:
    """A tenant of a test's own: its administrator, and the service that keeps its providers."""

    database: Any
    chief: Principal
    admin: TenantAdmin
    providers: ProviderService

    def person(self, *roles: Role) -> UUID:
        return self.admin.create_user(
            self.chief.tenant_id, email=f"{uuid4().hex}@example.com", name="Ana", roles=roles or (Role.ANALYST,)
        )[0]

    def provide(self, **more: Any) -> Any:
        return self.providers.create_provider(self.chief, new_provider(**more))

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.database.owner.transaction(system_principal(self.chief.tenant_id)) as session:
            found = session.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []

    def audited(self, action: str) -> list[dict[str, Any]]:
        rows = self.sql("SELECT detail FROM audit_events WHERE action = :action ORDER BY id", action=action)
        return [row.detail for row in rows]


def new_provider(**more: Any) -> NewProvider:
    fields: dict[str, Any] = {
        "name": "Staff",
        "issuer": ISSUER,
        "client_id": f"client-{uuid4().hex}",
        "client_secret": None,
        "audience": None,
        "email_domains": (),
        "link_by": "subject",
        "enabled": True,
    }
    return NewProvider(**(fields | more))


@pytest.fixture
def house(module_database: Any) -> House:
    clock = SystemClock()
    admin = TenantAdmin(owner=module_database.owner, clock=clock)
    tenant_id = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
    user_id, _ = admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    # No test here gives a secret, so nothing is sealed.
    sealer: Any = None
    providers = ProviderService(database=module_database.api, sealer=sealer, http=ProviderHttp(), clock=clock)
    return House(module_database, Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN})), admin, providers)


@pytest.mark.parametrize(
    "scopes",
    [frozenset({Permission.USERS_MANAGE, Permission.GROUPS_MANAGE}), PERMISSIONS[Role.ADMIN]],
    ids=["provisioning", "all that there are"],
)
def test_a_key_with_scopes_changes_no_provider_and_no_link(house, scopes):
    """It would let itself in as anybody, and whoever signs in has no scopes."""
    narrow = replace(house.chief, scopes=scopes)
    made, ana = house.provide(), house.person()
    house.providers.link(house.chief, made.id, ana, "ana")
    calls = (
        lambda: house.providers.create_provider(narrow, new_provider()),
        lambda: house.providers.update_provider(narrow, made.id, {"link_by": "verified-email"}, revision=None),
        lambda: house.providers.delete_provider(narrow, made.id),
        lambda: house.providers.link(narrow, made.id, house.chief.user_id, "mallory"),
        lambda: house.providers.unlink(narrow, made.id, ana),
    )
    for call in calls:
        with pytest.raises(ProvidersBeyondScopesError):
            call()
    assert house.sql("SELECT user_id, subject FROM user_identities") == [(ana, "ana")]
    assert house.providers.get_provider(narrow, made.id).revision == 1

"""Rules that the sign-in services apply to every caller, tested without a server."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import SystemClock
from app.core.principal import PERMISSIONS, Permission, Principal, Role
from app.db.session import system_principal
from app.identity.errors import ProviderNotFoundError
from app.identity.oidc.errors import (
    AudienceInvalidError,
    AudienceOfClientError,
    AudienceUnboundError,
    ClientTakenError,
    DomainsMissingError,
    LinkNotFoundError,
    ProvidersBeyondScopesError,
    UserUnknownError,
)
from app.identity.oidc.http import ProviderHttp
from app.identity.oidc.providers import NewProvider, ProviderAdmin, ProviderService
from app.identity.oidc.repository import find_enabled_provider
from app.identity.oidc.users import ProviderUsers
from app.identity.service import TenantAdmin

ISSUER = "https://login.example.com"


@dataclass
class OwnTenant:
    """A tenant for one test, with its administrator and the services that manage its providers."""

    database: Any
    chief: Principal
    admin: TenantAdmin
    providers: ProviderService
    users: ProviderUsers

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
def own(shared_database: Any) -> OwnTenant:
    clock = SystemClock()
    admin = TenantAdmin(owner=shared_database.owner, clock=clock)
    tenant_id = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
    user_id, _ = admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    # No test in this file sets a client secret, so nothing is encrypted.
    sealer: Any = None
    providers = ProviderService(database=shared_database.api, sealer=sealer, http=ProviderHttp(), clock=clock)
    chief = Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN}))
    users = ProviderUsers(database=shared_database.api, clock=clock)
    return OwnTenant(shared_database, chief, admin, providers, users)


@pytest.mark.parametrize(
    "scopes",
    [frozenset({Permission.USERS_MANAGE, Permission.GROUPS_MANAGE}), PERMISSIONS[Role.ADMIN]],
    ids=["provisioning", "all that there are"],
)
def test_scoped_key_can_not_change_providers_or_links(own, scopes):
    """Otherwise, the key could link a provider's account to any user, and the account could sign in without scopes."""
    narrow = replace(own.chief, scopes=scopes)
    made, ana = own.provide(), own.person()
    own.providers.link(own.chief, made.id, ana, "ana")
    calls = (
        lambda: own.providers.create_provider(narrow, new_provider()),
        lambda: own.providers.update_provider(narrow, made.id, {"link_by": "verified-email"}, revision=None),
        lambda: own.providers.delete_provider(narrow, made.id),
        lambda: own.providers.link(narrow, made.id, own.chief.user_id, "mallory"),
        lambda: own.providers.unlink(narrow, made.id, ana),
    )
    for call in calls:
        with pytest.raises(ProvidersBeyondScopesError):
            call()
    assert own.sql("SELECT user_id, subject FROM user_identities") == [(ana, "ana")]
    assert own.providers.get_provider(narrow, made.id).revision == 1


def test_linking_by_verified_address_requires_domain(own):
    with pytest.raises(DomainsMissingError):
        own.provide(link_by="verified-email")
    by_subject = own.provide()
    by_email = own.provide(link_by="verified-email", email_domains=("example.com",))
    for made, changes in ((by_subject, {"link_by": "verified-email"}), (by_email, {"email_domains": []})):
        with pytest.raises(DomainsMissingError):
            own.providers.update_provider(own.chief, made.id, changes, revision=None)
    assert len(own.audited("identity.provider.created")) == 2
    assert own.audited("identity.provider.changed") == []


def test_address_links_no_user_without_domains(own):
    ana = own.person()
    (email,) = own.sql("SELECT email FROM users WHERE id = :id", id=ana)
    made = own.provide(link_by="verified-email", email_domains=("example.com",))
    found = find_enabled_provider(own.database.api, own.chief.tenant_id, made.id)
    assert found is not None
    with pytest.raises(UserUnknownError):
        own.users.get_principal(replace(found, email_domains=()), "ana", email.email)
    assert own.users.get_principal(found, "ana", email.email).user_id == ana


def test_audience_must_not_be_client_of_issuer(own):
    audience, client = f"api/{own.chief.tenant_id}", f"page/{own.chief.tenant_id}"
    page = own.provide(client_id=client, audience=audience)
    crossed = [{"client_id": f"x{client}", "audience": f"x{client}"}, {"audience": client}, {"client_id": audience}]
    for fields in crossed:
        with pytest.raises(AudienceOfClientError):
            own.provide(**fields)
    with pytest.raises(AudienceOfClientError):
        own.providers.update_provider(own.chief, page.id, {"audience": client}, revision=None)
    own.provide(issuer="https://elsewhere.example.com", audience=client)
    assert own.providers.get_provider(own.chief, page.id).audience == audience


@pytest.fixture
def operator(shared_database):
    return ProviderAdmin(owner=shared_database.owner, clock=SystemClock())


@pytest.fixture
def neighbour(own, shared_database):
    """Another tenant's administrator."""
    tenant_id = own.admin.create_tenant(slug=f"t{uuid4().hex}", name="Neighbour")
    user_id, _ = own.admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    return Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN}))


def test_operator_can_not_set_other_tenants_client_as_audience(own, operator, neighbour):
    tenant, client, later = own.chief.tenant_id, uuid4().hex, uuid4().hex
    ours = own.provide()
    own.providers.create_provider(neighbour, new_provider(client_id=client))
    with pytest.raises(AudienceOfClientError):
        operator.give_audience(tenant, ours.id, client)
    operator.give_audience(tenant, ours.id, later)
    with pytest.raises(ClientTakenError) as refused:
        own.providers.create_provider(neighbour, new_provider(client_id=later))
    assert str(tenant) not in refused.value.detail
    own.providers.create_provider(neighbour, new_provider(issuer="https://other.example.com", client_id=later))
    operator.withdraw_audience(tenant, ours.id)
    own.providers.create_provider(neighbour, new_provider(client_id=later))


def test_audience_with_tenant_id_may_equal_other_tenants_client(own, neighbour):
    audience = f"api/{own.chief.tenant_id}"
    own.providers.create_provider(neighbour, new_provider(client_id=audience))
    assert own.provide(audience=audience).audience == audience


def test_operator_lists_and_withdraws_audiences_without_tenant_id(own, operator):
    tenant, audience = own.chief.tenant_id, uuid4().hex
    ours = own.provide()
    own.provide(audience=f"api/{tenant}")
    operator.give_audience(tenant, ours.id, audience)
    assert [(each.provider_id, each.audience) for each in operator.list_unbound() if each.tenant_id == tenant] == [
        (ours.id, audience)
    ]
    for _ in range(2):
        assert operator.withdraw_audience(tenant, ours.id).audience is None
    assert tenant not in {each.tenant_id for each in operator.list_unbound()}
    changes = own.audited("identity.provider.changed")
    assert [(each["before"]["audience"], each["after"]["audience"]) for each in changes] == [
        (None, audience),
        (audience, None),
    ]


@pytest.mark.parametrize("audience", ["", "two words", "a\n", "\u00e9", "x" * 256])
def test_operator_can_not_set_invalid_audience(own, operator, audience):
    with pytest.raises(AudienceInvalidError):
        operator.give_audience(own.chief.tenant_id, own.provide().id, audience)


PROVIDER = (
    "INSERT INTO identity_providers (id, tenant_id, name, issuer, client_id, audience, email_domains, link_by, "
    "enabled, revision, created_at, created_by, updated_at) VALUES (:new, :tenant, 'x', 'https://x.example', 'x', "
    ":audience, '{}', :link_by, true, 1, now(), :me, now())"
)


@pytest.mark.parametrize(
    ("role", "fields", "rule"),
    [
        ("api", {"link_by": "verified-email"}, "ck_identity_providers_domains_named"),
        ("owner", {"link_by": "verified-email"}, "ck_identity_providers_domains_named"),
        ("api", {"audience": "x"}, "audience_of_tenant"),
        ("api", {"audience": "https://api.example.com"}, "audience_of_tenant"),
        ("api", {"audience": f"https://api.example.com/{uuid4()}"}, "audience_of_tenant"),
    ],
)
def test_database_enforces_rules_of_service(own, role, fields, rule):
    me = own.chief
    values = {"new": uuid4(), "tenant": me.tenant_id, "me": me.user_id, "audience": None, "link_by": "subject"} | fields
    with pytest.raises(IntegrityError) as refused, getattr(own.database, role).transaction(me) as session:
        session.execute(text(PROVIDER), values)
    assert refused.value.orig.diag.constraint_name == rule


def test_database_rejects_client_as_audience(own):
    client = f"page/{own.chief.tenant_id}"
    made = own.provide(client_id=client)
    with pytest.raises(IntegrityError) as refused:
        own.sql("UPDATE identity_providers SET audience = :client WHERE id = :id", client=client, id=made.id)
    assert refused.value.orig.diag.constraint_name == "ck_identity_providers_audience_of_no_client"


def test_existing_audience_without_tenant_id_stays_until_changed(own):
    made = own.provide()
    own.sql("ALTER TABLE identity_providers DISABLE TRIGGER keep_audience")
    own.sql("UPDATE identity_providers SET audience = 'https://api.example.com' WHERE id = :id", id=made.id)
    own.sql("ALTER TABLE identity_providers ENABLE TRIGGER keep_audience")
    changed = own.providers.update_provider(
        own.chief, made.id, {"enabled": False, "audience": "https://api.example.com"}, revision=None
    )
    assert (changed.enabled, changed.audience) == (False, "https://api.example.com")
    with pytest.raises(AudienceUnboundError):
        own.providers.update_provider(own.chief, made.id, {"audience": "https://x.example"}, revision=None)


@pytest.mark.parametrize("change", ["kind = 'service'", "deleted_at = now()"])
def test_service_accounts_and_deleted_users_can_not_sign_in(own, change):
    made, ana, ben = own.provide(), own.person(), own.person()
    own.providers.link(own.chief, made.id, ben, "ben")
    own.sql(f"UPDATE users SET {change} WHERE id IN (:ana, :ben)", ana=ana, ben=ben)
    with pytest.raises(LinkNotFoundError):
        own.providers.link(own.chief, made.id, ana, "ana")
    found = find_enabled_provider(own.database.api, own.chief.tenant_id, made.id)
    with pytest.raises(UserUnknownError):
        own.users.get_principal(found, "ben", None)
    own.providers.unlink(own.chief, made.id, ben)


@pytest.mark.parametrize(
    ("table", "action", "refusal"),
    [
        ("identity_providers", "identity.provider.deleted", ProviderNotFoundError),
        ("user_identities", "identity.user.unlinked", LinkNotFoundError),
    ],
)
def test_change_of_concurrently_deleted_row_fails_without_audit(own, table, action, refusal):
    made, ana = own.provide(), own.person()
    own.providers.link(own.chief, made.id, ana, "ana")
    calls = {
        "identity_providers": lambda: own.providers.delete_provider(own.chief, made.id),
        "user_identities": lambda: own.providers.unlink(own.chief, made.id, ana),
    }
    system = system_principal(own.chief.tenant_id)
    with ThreadPoolExecutor(1) as pool, own.database.owner.transaction(system) as session:
        session.execute(text(f"DELETE FROM {table}"))
        answer = pool.submit(calls[table])
        while not waits_for_a_row(own):
            assert not answer.done(), answer.result()
    with pytest.raises(refusal):
        answer.result()
    assert own.audited(action) == []


def waits_for_a_row(own):
    with own.database.owner.anonymous() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))

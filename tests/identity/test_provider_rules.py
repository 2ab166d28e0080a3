"""What the services of sign-in refuse, whoever calls them: asked without a server."""

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
class House:
    """A tenant of a test's own: its administrator, and the service that keeps its providers."""

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
def house(shared_database: Any) -> House:
    clock = SystemClock()
    admin = TenantAdmin(owner=shared_database.owner, clock=clock)
    tenant_id = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
    user_id, _ = admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    # No test here gives a secret, so nothing is sealed.
    sealer: Any = None
    providers = ProviderService(database=shared_database.api, sealer=sealer, http=ProviderHttp(), clock=clock)
    chief = Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN}))
    users = ProviderUsers(database=shared_database.api, clock=clock)
    return House(shared_database, chief, admin, providers, users)


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


def test_whom_a_verified_address_links_is_told_by_at_least_one_domain(house):
    with pytest.raises(DomainsMissingError):
        house.provide(link_by="verified-email")
    by_subject = house.provide()
    by_email = house.provide(link_by="verified-email", email_domains=("example.com",))
    for made, changes in ((by_subject, {"link_by": "verified-email"}), (by_email, {"email_domains": []})):
        with pytest.raises(DomainsMissingError):
            house.providers.update_provider(house.chief, made.id, changes, revision=None)
    assert len(house.audited("identity.provider.created")) == 2
    assert house.audited("identity.provider.changed") == []


def test_no_address_links_where_no_domain_is_listed(house):
    ana = house.person()
    (email,) = house.sql("SELECT email FROM users WHERE id = :id", id=ana)
    made = house.provide(link_by="verified-email", email_domains=("example.com",))
    found = find_enabled_provider(house.database.api, house.chief.tenant_id, made.id)
    assert found is not None
    with pytest.raises(UserUnknownError):
        house.users.get_principal(replace(found, email_domains=()), "ana", email.email)
    assert house.users.get_principal(found, "ana", email.email).user_id == ana


def test_an_audience_is_no_client_of_its_issuer(house):
    audience, client = f"api/{house.chief.tenant_id}", f"page/{house.chief.tenant_id}"
    page = house.provide(client_id=client, audience=audience)
    crossed = [{"client_id": f"x{client}", "audience": f"x{client}"}, {"audience": client}, {"client_id": audience}]
    for fields in crossed:
        with pytest.raises(AudienceOfClientError):
            house.provide(**fields)
    with pytest.raises(AudienceOfClientError):
        house.providers.update_provider(house.chief, page.id, {"audience": client}, revision=None)
    house.provide(issuer="https://elsewhere.example.com", audience=client)
    assert house.providers.get_provider(house.chief, page.id).audience == audience


@pytest.fixture
def operator(shared_database):
    return ProviderAdmin(owner=shared_database.owner, clock=SystemClock())


@pytest.fixture
def neighbour(house, shared_database):
    """Another tenant's administrator."""
    tenant_id = house.admin.create_tenant(slug=f"t{uuid4().hex}", name="Neighbour")
    user_id, _ = house.admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    return Principal(tenant_id, user_id, roles=frozenset({Role.ADMIN}))


def test_an_operators_audience_is_no_client_of_another_tenant_whichever_comes_first(house, operator, neighbour):
    tenant, client, later = house.chief.tenant_id, uuid4().hex, uuid4().hex
    ours = house.provide()
    house.providers.create_provider(neighbour, new_provider(client_id=client))
    with pytest.raises(AudienceOfClientError):
        operator.give_audience(tenant, ours.id, client)
    operator.give_audience(tenant, ours.id, later)
    with pytest.raises(ClientTakenError) as refused:
        house.providers.create_provider(neighbour, new_provider(client_id=later))
    assert str(tenant) not in refused.value.detail
    house.providers.create_provider(neighbour, new_provider(issuer="https://other.example.com", client_id=later))
    operator.withdraw_audience(tenant, ours.id)
    house.providers.create_provider(neighbour, new_provider(client_id=later))


def test_no_tenant_keeps_another_from_an_audience_that_ends_with_its_id(house, neighbour):
    audience = f"api/{house.chief.tenant_id}"
    house.providers.create_provider(neighbour, new_provider(client_id=audience))
    assert house.provide(audience=audience).audience == audience


def test_an_operator_lists_the_audiences_that_are_not_bound_and_withdraws_them(house, operator):
    tenant, audience = house.chief.tenant_id, uuid4().hex
    ours = house.provide()
    house.provide(audience=f"api/{tenant}")
    operator.give_audience(tenant, ours.id, audience)
    assert [(each.provider_id, each.audience) for each in operator.list_unbound() if each.tenant_id == tenant] == [
        (ours.id, audience)
    ]
    for _ in range(2):
        assert operator.withdraw_audience(tenant, ours.id).audience is None
    assert tenant not in {each.tenant_id for each in operator.list_unbound()}
    changes = house.audited("identity.provider.changed")
    assert [(each["before"]["audience"], each["after"]["audience"]) for each in changes] == [
        (None, audience),
        (audience, None),
    ]


@pytest.mark.parametrize("audience", ["", "two words", "a\n", "\u00e9", "x" * 256])
def test_an_operators_audience_is_held_to_the_rule_of_the_api(house, operator, audience):
    with pytest.raises(AudienceInvalidError):
        operator.give_audience(house.chief.tenant_id, house.provide().id, audience)


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
def test_the_database_keeps_what_the_service_refuses(house, role, fields, rule):
    me = house.chief
    values = {"new": uuid4(), "tenant": me.tenant_id, "me": me.user_id, "audience": None, "link_by": "subject"} | fields
    with pytest.raises(IntegrityError) as refused, getattr(house.database, role).transaction(me) as session:
        session.execute(text(PROVIDER), values)
    assert refused.value.orig.diag.constraint_name == rule


def test_the_database_takes_no_client_for_an_audience(house):
    client = f"page/{house.chief.tenant_id}"
    made = house.provide(client_id=client)
    with pytest.raises(IntegrityError) as refused:
        house.sql("UPDATE identity_providers SET audience = :client WHERE id = :id", client=client, id=made.id)
    assert refused.value.orig.diag.constraint_name == "ck_identity_providers_audience_of_no_client"


def test_an_audience_from_before_stays_until_it_is_changed(house):
    made = house.provide()
    house.sql("ALTER TABLE identity_providers DISABLE TRIGGER keep_audience")
    house.sql("UPDATE identity_providers SET audience = 'https://api.example.com' WHERE id = :id", id=made.id)
    house.sql("ALTER TABLE identity_providers ENABLE TRIGGER keep_audience")
    changed = house.providers.update_provider(
        house.chief, made.id, {"enabled": False, "audience": "https://api.example.com"}, revision=None
    )
    assert (changed.enabled, changed.audience) == (False, "https://api.example.com")
    with pytest.raises(AudienceUnboundError):
        house.providers.update_provider(house.chief, made.id, {"audience": "https://x.example"}, revision=None)


@pytest.mark.parametrize("change", ["kind = 'service'", "deleted_at = now()"])
def test_programs_and_deleted_users_are_not_linked_nor_signed_in(house, change):
    made, ana, ben = house.provide(), house.person(), house.person()
    house.providers.link(house.chief, made.id, ben, "ben")
    house.sql(f"UPDATE users SET {change} WHERE id IN (:ana, :ben)", ana=ana, ben=ben)
    with pytest.raises(LinkNotFoundError):
        house.providers.link(house.chief, made.id, ana, "ana")
    found = find_enabled_provider(house.database.api, house.chief.tenant_id, made.id)
    with pytest.raises(UserUnknownError):
        house.users.get_principal(found, "ben", None)
    house.providers.unlink(house.chief, made.id, ben)


@pytest.mark.parametrize(
    ("table", "action", "refusal"),
    [
        ("identity_providers", "identity.provider.deleted", ProviderNotFoundError),
        ("user_identities", "identity.user.unlinked", LinkNotFoundError),
    ],
)
def test_what_somebody_else_took_away_meanwhile_is_neither_told_nor_logged_as_done(house, table, action, refusal):
    made, ana = house.provide(), house.person()
    house.providers.link(house.chief, made.id, ana, "ana")
    calls = {
        "identity_providers": lambda: house.providers.delete_provider(house.chief, made.id),
        "user_identities": lambda: house.providers.unlink(house.chief, made.id, ana),
    }
    system = system_principal(house.chief.tenant_id)
    with ThreadPoolExecutor(1) as pool, house.database.owner.transaction(system) as session:
        session.execute(text(f"DELETE FROM {table}"))
        answer = pool.submit(calls[table])
        while not waits_for_a_row(house):
            assert not answer.done(), answer.result()
    with pytest.raises(refusal):
        answer.result()
    assert house.audited(action) == []


def waits_for_a_row(house):
    with house.database.owner.anonymous() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))

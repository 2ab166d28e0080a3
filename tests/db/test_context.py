"""The database accepts a transaction context (tenant, user) only if the app signed it, and only in one transaction."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.principal import Principal
from app.db.context import ContextRefusedError
from app.db.session import Database, build_engine, system_principal

SEALS = "SELECT current_setting('footnote.who'), current_setting('footnote.classes')"
TAKE_OVER = "SELECT set_config('footnote.who', :who, true), set_config('footnote.classes', :classes, true)"


@pytest.fixture
def tenants(module_database):
    """Create two tenants with one user each; return the users' principals."""
    found = []
    for _ in range(2):
        tenant_id, user_id = uuid4(), uuid4()
        with module_database.owner.transaction(system_principal(tenant_id)) as session:
            session.execute(
                text("INSERT INTO tenants VALUES (:id, :slug, 'Tenant', now())"),
                {"id": tenant_id, "slug": str(tenant_id)},
            )
            session.execute(
                text(
                    "INSERT INTO users (id, tenant_id, email, name, roles, created_at) "
                    "VALUES (:id, :tenant, 'a@example.org', 'Ana', '{analyst}', now())"
                ),
                {"id": user_id, "tenant": tenant_id},
            )
        found.append(Principal(tenant_id=tenant_id, user_id=user_id))
    return found


def seen_tenants(session):
    return session.scalars(text("SELECT id FROM tenants")).all()


def with_secret(module_database, role, secret):
    engine = build_engine(
        module_database.urls[role], pool_size=1, statement_timeout_ms=5_000, application_name="test-context"
    )
    return Database(engine=engine, context_secret=secret)


def test_context_signed_with_another_secret_is_rejected(module_database, tenants):
    with module_database.api.transaction(tenants[0]) as session:
        assert seen_tenants(session) == [tenants[0].tenant_id]
    forger = with_secret(module_database, "api", "a guess")
    with pytest.raises(ContextRefusedError), forger.transaction(tenants[1]):
        pass
    forger.close()


@pytest.mark.parametrize("kept", ["body", "whole"])
def test_context_sealed_for_another_tenant_or_transaction_shows_no_rows(module_database, tenants, kept):
    ours, theirs = tenants
    with module_database.api.transaction(theirs) as session:
        who, classes = session.execute(text(SEALS)).one()
    if kept == "body":
        who = who.replace(str(theirs.tenant_id), str(ours.tenant_id))
    with module_database.api.transaction(ours) as session:
        session.execute(text(TAKE_OVER), {"who": who, "classes": classes})
        assert seen_tenants(session) == []
        assert session.scalar(text("SELECT visible_classes()")) == []


def test_setting_tenant_variables_directly_has_no_effect(module_database, tenants):
    ours, theirs = tenants
    with module_database.api.transaction(ours) as session:
        for name, value in (("tenant_id", theirs.tenant_id), ("user_id", theirs.user_id)):
            session.execute(
                text("SELECT set_config(:name, :value, true)"), {"name": f"footnote.{name}", "value": str(value)}
            )
        assert seen_tenants(session) == [ours.tenant_id]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT context_mac('', 'anything')",
        "SELECT context_mac('footnote_api', 'anything')",
        "SELECT learn_classes()",
        "SELECT * FROM context_keys",
        "SELECT * FROM learned_classes",
        "UPDATE context_keys SET inner_pad = outer_pad",
        "SELECT * FROM classes_of((SELECT current_tenant()), (SELECT current_principal()))",
        "SET ROLE footnote_definer",
        "SET ROLE footnote_owner",
    ],
)
def test_api_role_cannot_reach_signing_and_policy_internals(module_database, tenants, statement):
    with pytest.raises(Exception) as refused, module_database.api.transaction(tenants[0]) as session:
        session.execute(text(statement))
    cause = refused.value.__cause__
    assert isinstance(cause, DBAPIError)
    assert cause.orig.sqlstate == "42501"  # insufficient_privilege, PostgreSQL appendix A


def test_stored_context_key_cannot_be_replaced_by_a_statement(module_database, tenants):
    with module_database.api.transaction(tenants[0]) as session:
        pads = {"inner": bytes(64), "outer": bytes(64)}
        assert session.scalar(text("SELECT ensure_context_key(:inner, :outer)"), pads) is False
    with module_database.api.transaction(tenants[0]) as session:
        assert seen_tenants(session) == [tenants[0].tenant_id]


def test_concurrent_first_snapshots_of_a_role_succeed(database):
    """A new snapshot waits while another transaction stores the role's key. It sees the key after that commit."""
    principal = Principal(tenant_id=uuid4(), user_id=uuid4())
    pads = database.api.signer.pads()

    def enter():
        with database.api.transaction(principal, snapshot=True) as session:
            return session.scalar(text("SELECT current_tenant()"))

    with ThreadPoolExecutor(1) as pool:
        with database.api.anonymous() as session:
            assert session.scalar(text("SELECT ensure_context_key(:inner, :outer)"), pads)
            entered = pool.submit(enter)
            while not has_waiting_lock(database):
                assert not entered.done(), entered.result()
        assert entered.result() == principal.tenant_id


def has_waiting_lock(database):
    with database.owner.anonymous() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def test_new_secret_is_accepted_after_owner_deletes_the_old_key(database):
    tenant_id = uuid4()
    with database.api.transaction(Principal(tenant_id=tenant_id, user_id=uuid4())):
        pass
    rotated = with_secret(database, "api", "a new secret")
    with pytest.raises(ContextRefusedError), rotated.transaction(system_principal(tenant_id)):
        pass
    with database.owner.anonymous() as session:
        session.execute(text("DELETE FROM context_keys"))
    with rotated.transaction(system_principal(tenant_id)) as session:
        assert session.scalar(text("SELECT current_tenant()")) == tenant_id
    rotated.close()


def test_url_without_password_requires_context_secret():
    engine = build_engine(
        "postgresql+psycopg://footnote_api@/none", pool_size=1, statement_timeout_ms=5_000, application_name="test"
    )
    with pytest.raises(ContextRefusedError, match="CONTEXT_SECRET"):
        Database(engine=engine).signer.enter(None, Principal(tenant_id=uuid4(), user_id=uuid4()))

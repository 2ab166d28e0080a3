"""The migrations that narrow signing in: what is there stays, and processes of the version before go on in between."""

from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.clock import SystemClock
from app.core.principal import Role
from app.db.migrate import _config
from app.db.session import Database, build_engine, system_principal
from app.identity.keys import parse_key
from app.identity.service import IdentityService, TenantAdmin

PROVIDER = (
    "INSERT INTO identity_providers (id, tenant_id, name, issuer, client_id, audience, email_domains, link_by, "
    "enabled, revision, created_at, created_by, updated_at) VALUES (gen_random_uuid(), :tenant, :name, "
    "'https://login.example.com', :name, :audience, '{}', :link_by, true, 1, now(), :tenant, now())"
)


@pytest.fixture
def old(postgres):
    """(the URL of a database as it was before, its owner's and the API's way in)."""
    name = f"test_{uuid4().hex}"
    postgres.databases.ensure_database(name)
    url = postgres.url("owner", name)
    before = ScriptDirectory.from_config(_config(url)).get_revision("0023").down_revision
    command.upgrade(_config(url), before)
    opened = [
        Database(
            engine=build_engine(
                postgres.url(role, name), pool_size=1, statement_timeout_ms=30_000, application_name="t"
            )
        )
        for role in ("owner", "api")
    ]
    yield url, before, *opened
    for database in opened:
        database.close()
    postgres.databases.drop_database(name)


def test_old_processes_sign_in_until_the_last_step_and_providers_keep_what_was_right(old):
    url, before, owner, api = old
    clock = SystemClock()
    admin = TenantAdmin(owner=owner, clock=clock)
    tenant = admin.create_tenant(slug="old", name="Old")
    user, secret = admin.create_user(tenant, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
    with owner.transaction(system_principal(tenant)) as session:
        for name, audience, link_by in (
            ("unbound", "https://api.example.com", "subject"),
            ("crossed", "crossed", "subject"),
            ("domainless", None, "verified-email"),
        ):
            session.execute(text(PROVIDER), {"tenant": tenant, "name": name, "audience": audience, "link_by": link_by})

    def signs_in_as_before():
        with api.anonymous() as session:
            asked = text("SELECT user_id, secret_hash FROM find_api_key(:prefix)")
            found = session.execute(asked, {"prefix": parse_key(secret).prefix}).one()
        return (found.user_id, bytes(found.secret_hash)) == (user, parse_key(secret).digest)

    identity = IdentityService(database=api, clock=clock)
    for _ in range(2):
        command.upgrade(_config(url), "0023")
        assert signs_in_as_before()
        assert identity.authenticate(secret).user_id == user
        with owner.transaction(system_principal(tenant)) as session:
            entered = text(
                "SELECT u.entered_at = k.created_at, u.revision FROM users u JOIN api_keys k ON k.user_id = u.id"
            )
            assert session.execute(entered).all() == [(True, 1)]
        command.upgrade(_config(url), "0024")
        assert identity.authenticate(secret).user_id == user
        with pytest.raises(ProgrammingError, match="does not exist"):
            signs_in_as_before()
        command.downgrade(_config(url), before)
        assert signs_in_as_before()
    told = text("SELECT detail FROM audit_events WHERE action = 'identity.provider.changed' ORDER BY id")
    with owner.transaction(system_principal(tenant)) as session:
        assert session.scalars(told).all() == [
            {"migration": "0023", "before": {"link_by": "verified-email"}, "after": {"link_by": "subject"}},
            {"migration": "0023", "before": {"audience": "crossed"}, "after": {"audience": None}},
        ]
        kept = session.execute(text("SELECT name, audience, link_by FROM identity_providers ORDER BY name")).all()
    assert kept == [
        ("crossed", None, "subject"),
        ("domainless", None, "subject"),
        ("unbound", "https://api.example.com", "subject"),
    ]

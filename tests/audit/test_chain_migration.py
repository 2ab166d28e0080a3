"""Migrations of the audit chain: they link earlier events, and their downgrades work."""

import hashlib
import hmac
import time
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text

from app.audit.chain.verification import verify_tenant
from app.audit.service import record
from app.db.context import ContextSigner
from app.db.migrate import _config
from app.db.session import Database, build_engine, system_principal


class FormerSigner(ContextSigner):
    """Enters a context in the form used before revision 0018."""

    def enter(self, session, principal):
        issued = int(time.time())
        message = f"{principal.tenant_id}|{principal.user_id}|{issued}"
        values = {
            "tenant": principal.tenant_id,
            "user": principal.user_id,
            "issued": issued,
            "code": hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest(),
        }
        session.execute(text("SELECT ensure_context_key(:inner, :outer)"), self.pads())
        assert session.scalar(text("SELECT enter(:tenant, :user, :issued, :code)"), values) == "entered"
        return True


@pytest.fixture
def empty(postgres):
    """Yield (the owner, the URL) of a database without tables."""
    name = f"test_{uuid4().hex}"
    postgres.databases.ensure_database(name)
    url = postgres.url("owner", name)
    owner = Database(engine=build_engine(url, pool_size=1, statement_timeout_ms=30_000, application_name="test"))
    yield owner, url
    owner.close()
    postgres.databases.drop_database(name)


def test_upgrade_links_earlier_events_and_can_be_downgraded(empty):
    owner, url = empty
    owner.signer = FormerSigner(secret=owner.engine.url.password)
    tenant = uuid4()
    command.upgrade(_config(url), "0010")
    with owner.transaction(system_principal(tenant)) as session:
        session.execute(text("INSERT INTO tenants VALUES (:id, 'old', 'Old', now())"), {"id": tenant})
        session.execute(
            text(
                "INSERT INTO audit_events SELECT gen_random_uuid(), :id, now(), :id, NULL, 'a.b.done', 'thing', "
                "n::text, NULL, jsonb_build_object('number', n) FROM generate_series(1, 500) n"
            ),
            {"id": tenant},
        )
    for _ in range(2):
        command.upgrade(_config(url), "0011")
        found = verify_tenant(owner, tenant, keys={})
        assert (found.problems, found.links) == ([], 500)
        command.downgrade(_config(url), "0010")


def test_upgrade_creates_missing_chain_heads_and_can_be_downgraded(empty):
    owner, url = empty
    tenant = uuid4()
    command.upgrade(_config(url), "0020")
    with owner.transaction(system_principal(tenant)) as session:
        session.execute(text("INSERT INTO tenants VALUES (:id, 'old', 'Old', now())"), {"id": tenant})
    command.upgrade(_config(url), "0021")
    with owner.transaction(system_principal(tenant)) as session:
        assert session.scalars(text("SELECT tenant_id FROM audit_heads")).all() == [tenant]
    command.downgrade(_config(url), "0020")
    with owner.transaction(system_principal(tenant), snapshot=True) as session:
        record(session, system_principal(tenant), "a.b.done", object_type="thing", object_id=1)
    with owner.transaction(system_principal(tenant)) as session:
        assert session.scalar(text("SELECT link_waiting_events()")) == 1
        names = session.scalars(text("SELECT proname FROM pg_proc WHERE proname LIKE '%waiting%'")).all()
    assert sorted(names) == ["link_all_waiting_events", "link_waiting_events", "link_waiting_of"]

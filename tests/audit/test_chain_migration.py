"""The migration chains what was recorded before, and can be taken back."""

import hashlib
import hmac
import time
from uuid import uuid4

from alembic import command
from sqlalchemy import text

from app.audit.verification import verify_tenant
from app.db.context import ContextSigner
from app.db.migrate import _config
from app.db.session import Database, build_engine, system_principal


class FormerSigner(ContextSigner):
    """Enters as the processes did that ran before revision 0018."""

    def enter(self, session, principal):
        issued = int(time.time())
        message = f"{principal.tenant_id}|{principal.user_id}|{issued}"
        values = {
            "tenant": principal.tenant_id,
            "user": principal.user_id,
            "issued": issued,
            "code": hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest(),
        }
        session.execute(text("SELECT ensure_context_key(:inner, :outer)"), self._pads(self._key))
        assert session.scalar(text("SELECT enter(:tenant, :user, :issued, :code)"), values) == "entered"


def test_events_from_before_are_chained_and_the_way_back_works(postgres):
    name = f"test_{uuid4().hex}"
    postgres.databases.ensure_database(name)
    url = postgres.url("owner", name)
    owner = Database(engine=build_engine(url, pool_size=1, statement_timeout_ms=30_000, application_name="test"))
    owner.signer = FormerSigner(secret=owner.engine.url.password)
    tenant = uuid4()
    try:
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
    finally:
        owner.close()
        postgres.databases.drop_database(name)

"""The audit log in chains: each tenant's events linked by hashes at commit, and signed checkpoints of the links.

Events and links are appended and never changed, by privilege and by triggers that fire for everybody. Links are
written by the definer's functions alone. Auditors, and no administrators, read the log of their tenant.

Revision: 0011, after 0010.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0011" / "chain.sql"
_TENANT = "tenant_id = (SELECT current_tenant())"
_AUDITOR = f"{_TENANT} AND (SELECT principal_holds('{{auditor}}'))"
_APPENDED = "id, tenant_id, actor_id, key_id, action, object_type, object_id, request_id, client, detail"
_TABLES = ("audit_heads", "audit_chain", "audit_waiting", "audit_checkpoints")
_DEFINER_RIGHTS = {
    "audit_heads": "SELECT, INSERT, UPDATE",
    "audit_chain": "SELECT, INSERT",
    "audit_waiting": "SELECT, INSERT, UPDATE, DELETE",
    "audit_checkpoints": "SELECT",
}
_APPEND_ONLY = ("audit_events", "audit_chain", "audit_checkpoints")

# function → who may call it, besides the definer
_FUNCTIONS = {
    "call_checkpoints()": "footnote_relay",
    "list_audited_tenants()": "footnote_owner",
    "last_audit_link()": "footnote_worker",
    "link_all_waiting_events()": "footnote_relay",
    "link_waiting_events()": "footnote_api, footnote_worker, footnote_owner",
    "link_waiting_of(uuid)": None,
    "chain_event()": "footnote_owner",  # whoever makes a trigger must be allowed to call its function
    "append_audit_link(uuid, uuid, bytea)": None,
    "audit_event_hash(audit_events)": None,
    "audit_frame(text)": None,
}


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("client", sa.Text(), nullable=True))
    # The database's clock says when: nobody who may only record can date an event back.
    op.alter_column("audit_events", "at", server_default=sa.text("clock_timestamp()"))
    op.create_index("ix_audit_events_tenant_id_actor_id", "audit_events", ["tenant_id", "actor_id"])
    op.create_index("ix_audit_events_tenant_id_at", "audit_events", ["tenant_id", "at"])
    _create_tables()
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(_SQL.read_text(encoding="utf-8"))
    for function, callers in _FUNCTIONS.items():
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        if callers is not None:
            op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {callers}")
    op.execute("RESET ROLE")
    _protect()
    _narrow()
    _chain_what_is_there()
    op.execute(
        "CREATE CONSTRAINT TRIGGER chain_event AFTER INSERT ON audit_events DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION chain_event()"
    )
    op.execute("ALTER TABLE audit_events ENABLE ALWAYS TRIGGER chain_event")
    for table in _APPEND_ONLY:
        if table != "audit_events":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")


def _create_tables() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_heads_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "audit_chain",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_chain_event_id")),
    )
    op.create_table(
        "audit_waiting",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_waiting")),
    )
    op.create_index("ix_audit_waiting_tenant_id_position", "audit_waiting", ["tenant_id", "position"])
    op.create_table(
        "audit_checkpoints",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_checkpoints_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name=op.f("pk_audit_checkpoints")),
    )


def _protect() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_read ON {table} FOR SELECT TO footnote_owner USING ({_TENANT})")
        op.execute(f"CREATE POLICY definer_all ON {table} TO footnote_definer USING (true) WITH CHECK (true)")
        op.execute(f"GRANT {_DEFINER_RIGHTS[table]} ON {table} TO footnote_definer")
    for table in ("audit_events", "audit_chain"):
        op.execute(f"GRANT SELECT ON {table} TO footnote_api")
        op.execute(f"CREATE POLICY api_read ON {table} FOR SELECT TO footnote_api USING ({_AUDITOR})")
    op.execute("GRANT SELECT, INSERT ON audit_checkpoints TO footnote_worker")
    op.execute(f"CREATE POLICY worker_read ON audit_checkpoints FOR SELECT TO footnote_worker USING ({_TENANT})")
    op.execute(f"CREATE POLICY worker_sign ON audit_checkpoints FOR INSERT TO footnote_worker WITH CHECK ({_TENANT})")
    op.execute(
        "CREATE POLICY definer_call_checkpoints ON outbox FOR INSERT TO footnote_definer "
        "WITH CHECK (topic = 'audit.sign_checkpoint')"
    )


def _narrow() -> None:
    """Whoever records may do no more than that; the owner reads, and founds tenants with an event of it."""
    op.execute("REVOKE INSERT ON audit_events FROM footnote_api")
    op.execute(f"GRANT INSERT ({_APPENDED}) ON audit_events TO footnote_api")
    op.execute("REVOKE SELECT ON audit_events FROM footnote_worker")
    op.execute("DROP POLICY worker_all ON audit_events")
    op.execute(f"CREATE POLICY worker_insert ON audit_events FOR INSERT TO footnote_worker WITH CHECK ({_TENANT})")


def _chain_what_is_there() -> None:
    """What was recorded before there were chains, in the order of its ids, which follow time."""
    op.execute("ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT ON audit_events TO footnote_definer")
    op.execute("CREATE POLICY definer_chain ON audit_events FOR SELECT TO footnote_definer USING (true)")
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(
        "SELECT count(append_audit_link(e.tenant_id, e.id, e.hash)) FROM (SELECT v.tenant_id, v.id, "
        "audit_event_hash(v) AS hash FROM audit_events v ORDER BY v.tenant_id, v.id) e"
    )
    op.execute("RESET ROLE")
    op.execute("DROP POLICY definer_chain ON audit_events")
    op.execute("REVOKE SELECT ON audit_events FROM footnote_definer")
    op.execute("ALTER TABLE audit_events FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DROP TRIGGER chain_event ON audit_events")
    op.execute("ALTER TABLE audit_events ENABLE TRIGGER audit_events_append_only")
    op.execute("DROP POLICY definer_call_checkpoints ON outbox")
    op.execute("DROP POLICY api_read ON audit_events")
    op.execute("DROP POLICY worker_insert ON audit_events")
    op.execute(f"CREATE POLICY worker_all ON audit_events TO footnote_worker USING ({_TENANT}) WITH CHECK ({_TENANT})")
    op.execute("REVOKE SELECT ON audit_events FROM footnote_api")
    op.execute(f"REVOKE INSERT ({_APPENDED}) ON audit_events FROM footnote_api")
    op.execute("GRANT INSERT ON audit_events TO footnote_api")
    op.execute("GRANT SELECT ON audit_events TO footnote_worker")
    op.execute("SET LOCAL ROLE footnote_definer")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("RESET ROLE")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index("ix_audit_events_tenant_id_at", "audit_events")
    op.drop_index("ix_audit_events_tenant_id_actor_id", "audit_events")
    op.alter_column("audit_events", "at", server_default=None)
    op.drop_column("audit_events", "client")

"""Calls to collect each tenant's blobs: one function that writes them over all tenants, for the relay.

Revision: 0009, after 0008.
"""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

# A call that still waits is not written twice: any number of relays may ask at any time.
_FUNCTION = """
CREATE FUNCTION call_collectors() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH called AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT t.id, 'storage.collect_blobs',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', t.id)),
            now(), now()
        FROM tenants t
        WHERE NOT EXISTS (
            SELECT 1 FROM outbox o WHERE o.tenant_id = t.id AND o.topic = 'storage.collect_blobs')
        RETURNING 1
    )
    SELECT count(*) FROM called
$$;
"""


def upgrade() -> None:
    op.execute(_FUNCTION)
    op.execute("GRANT SELECT ON tenants TO footnote_definer")
    op.execute("CREATE POLICY definer_read ON tenants FOR SELECT TO footnote_definer USING (true)")
    op.execute(
        "CREATE POLICY definer_call_collectors ON outbox FOR INSERT TO footnote_definer "
        "WITH CHECK (topic = 'storage.collect_blobs')"
    )
    op.execute("ALTER FUNCTION call_collectors() OWNER TO footnote_definer")
    op.execute("REVOKE ALL ON FUNCTION call_collectors() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION call_collectors() TO footnote_relay")


def downgrade() -> None:
    op.execute("DROP FUNCTION call_collectors()")
    op.execute("DROP POLICY definer_call_collectors ON outbox")
    op.execute("DROP POLICY definer_read ON tenants")
    op.execute("REVOKE SELECT ON tenants FROM footnote_definer")

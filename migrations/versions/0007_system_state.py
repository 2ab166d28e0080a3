"""Counts across tenants for operators' gauges: one function that tells how much waits, and nothing of whom.

Revision: 0007, after 0006.
"""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

_FUNCTION = """
CREATE FUNCTION system_state()
RETURNS TABLE (kind text, label text, amount double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'outbox', 'pending', count(*)::double precision FROM outbox
    UNION ALL
    SELECT 'outbox', 'oldest_seconds', COALESCE(EXTRACT(EPOCH FROM now() - min(created_at)), 0)::double precision
        FROM outbox
    UNION ALL
    SELECT 'runs', status, count(*)::double precision FROM runs
        WHERE status IN ('queued', 'running') GROUP BY status
    UNION ALL
    SELECT 'stages', queue, count(*)::double precision FROM stages WHERE status = 'pending' GROUP BY queue
$$;
"""


def upgrade() -> None:
    op.execute(_FUNCTION)
    op.execute("GRANT SELECT ON outbox TO footnote_definer")
    op.execute("CREATE POLICY definer_read ON outbox FOR SELECT TO footnote_definer USING (true)")
    op.execute("ALTER FUNCTION system_state() OWNER TO footnote_definer")
    op.execute("REVOKE ALL ON FUNCTION system_state() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION system_state() TO footnote_api")


def downgrade() -> None:
    op.execute("DROP FUNCTION system_state()")
    op.execute("DROP POLICY definer_read ON outbox")
    op.execute("REVOKE SELECT ON outbox FROM footnote_definer")

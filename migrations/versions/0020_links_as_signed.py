"""Workers may ask for the hash of a link, so that they sign no chain that is not what they signed before.

Revision: 0020, after 0019.
"""

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None

_FUNCTION = """
CREATE FUNCTION audit_link_hash(a_sequence bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.hash FROM audit_chain c WHERE c.tenant_id = (SELECT current_tenant()) AND c.sequence = a_sequence
$$;
REVOKE ALL ON FUNCTION audit_link_hash(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_link_hash(bigint) TO footnote_worker;
"""


def upgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(_FUNCTION)
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute("DROP FUNCTION audit_link_hash(bigint)")
    op.execute("RESET ROLE")

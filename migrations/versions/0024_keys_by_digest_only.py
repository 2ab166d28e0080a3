"""No key's row is told for its prefix any more: SQL run as the API's role could take digests and names with it. Nor are
events of all tenants linked in one transaction.

An installation that replaces its processes one by one stops at 0023 until the last of them is replaced.

Revision: 0024, after 0023.
"""

from pathlib import Path

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None

_CHAIN = Path(__file__).resolve().parents[1] / "sql" / "0011" / "chain.sql"
_LINK = "CREATE FUNCTION link_all_waiting_events()"
_FIND = """
CREATE FUNCTION find_api_key(key_prefix text)
RETURNS TABLE (key_id uuid, tenant_id uuid, user_id uuid, secret_hash bytea, expires_at timestamptz,
               revoked_at timestamptz, user_name text, roles text[], disabled_at timestamptz, scopes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.user_id, k.secret_hash, k.expires_at, k.revoked_at, u.name, u.roles, u.disabled_at,
        k.scopes
    FROM api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
    WHERE k.prefix = key_prefix
$$;
REVOKE ALL ON FUNCTION find_api_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_api_key(text) TO footnote_api;
"""


def upgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute("DROP FUNCTION find_api_key(text)")
    op.execute("DROP FUNCTION link_all_waiting_events()")
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(_FIND)
    chain = _CHAIN.read_text(encoding="utf-8")
    body = chain[chain.index(_LINK) :]
    op.execute(body[: body.index("$$;") + 3])
    op.execute("REVOKE ALL ON FUNCTION link_all_waiting_events() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION link_all_waiting_events() TO footnote_relay")
    op.execute("RESET ROLE")

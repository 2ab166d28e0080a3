"""Ways around what a key is narrowed to are closed in the database, and content is for those whose work it is.

- A key made with one that ends, or with a token, never ends later, however often it is rotated (`ends_by`).
- In a narrowed key's transaction no wider key, no session of a wider key and no provider can be made.
- A session names a key of its own user; it ends with its provider's being turned off and with its user's link there.
- Traces of evaluations are for engineers: administrators see no content by being one.
- A tenant keeps an administrator who is a person.
- The workers' role, too, says not when an event was.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | None = None
depends_on: str | None = None

_TENANT = "tenant_id = (SELECT current_tenant())"
_ME = "(SELECT current_principal())"
_WIDE = "NOT (SELECT principal_is_narrowed())"
_NARROW_SCOPES = "scopes IS NOT NULL AND NOT scopes && '{access:manage}'"
_OWN_KEY = (
    "EXISTS (SELECT 1 FROM api_keys k WHERE k.tenant_id = web_sessions.tenant_id AND k.id = web_sessions.key_id "
    f"AND k.user_id = web_sessions.user_id AND ({_WIDE} OR k.{_NARROW_SCOPES.replace('NOT scopes', 'NOT k.scopes')}))"
)
_FUNCTIONS = """
CREATE FUNCTION principal_is_narrowed() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE(split_part(context_body(), '|', 4) = 'narrowed', true)
$$;
CREATE OR REPLACE FUNCTION principal_is_engineer() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT principal_holds('{engineer}') $$;
CREATE OR REPLACE FUNCTION keep_an_administrator() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote administrators ' || NEW.tenant_id, 0));
    IF NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = NEW.tenant_id AND u.disabled_at IS NULL
            AND u.deleted_at IS NULL AND u.kind = 'person' AND 'admin' = ANY (u.roles)) THEN
        RAISE EXCEPTION 'a tenant keeps an administrator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'last_administrator';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION find_web_session(a_digest bytea)
RETURNS TABLE (session_id uuid, tenant_id uuid, user_id uuid, provider_id uuid, key_prefix text,
               last_seen_at timestamptz, idle_ends_at timestamptz, ends_at timestamptz, revoked_at timestamptz,
               user_name text, roles text[], disabled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.tenant_id, s.user_id, s.provider_id, k.prefix, s.last_seen_at, s.idle_ends_at, s.ends_at,
        s.revoked_at, u.name, u.roles, u.disabled_at
    FROM web_sessions s
    JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    LEFT JOIN api_keys k ON k.tenant_id = s.tenant_id AND k.id = s.key_id AND k.user_id = s.user_id
    WHERE s.token_digest = a_digest AND (s.key_id IS NULL OR k.id IS NOT NULL)
      AND (s.provider_id IS NULL OR EXISTS (
          SELECT 1 FROM identity_providers p
          JOIN user_identities i ON i.tenant_id = p.tenant_id AND i.provider_id = p.id
          WHERE p.tenant_id = s.tenant_id AND p.id = s.provider_id AND p.enabled AND i.user_id = s.user_id))
$$;
REVOKE ALL ON FUNCTION principal_is_narrowed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION principal_is_narrowed() TO footnote_api;
"""
_APPENDED = "id, tenant_id, actor_id, key_id, action, object_type, object_id, request_id, client, detail"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("ends_by", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT SELECT (ends_by) ON api_keys TO footnote_api")
    op.execute("GRANT SELECT (tenant_id, provider_id, user_id) ON user_identities TO footnote_definer")
    op.execute("CREATE POLICY definer_read ON user_identities FOR SELECT TO footnote_definer USING (true)")
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(_FUNCTIONS)
    op.execute("RESET ROLE")
    op.execute(
        f"ALTER POLICY api_insert ON api_keys WITH CHECK ({_TENANT} AND (user_id = {_ME} OR (SELECT "
        f"principal_is_admin())) AND ({_WIDE} OR {_NARROW_SCOPES}))"
    )
    op.execute(
        f"ALTER POLICY api_insert ON web_sessions WITH CHECK ({_TENANT} AND user_id = {_ME} "
        f"AND (key_id IS NULL AND {_WIDE} OR {_OWN_KEY}))"
    )
    manages = f"{_TENANT} AND (SELECT principal_manages_access())"
    op.execute(f"ALTER POLICY api_insert ON identity_providers WITH CHECK ({manages} AND created_by = {_ME})")
    op.execute(f"ALTER POLICY api_update ON identity_providers USING ({manages}) WITH CHECK ({manages})")
    op.execute(f"ALTER POLICY api_delete ON identity_providers USING ({manages})")
    op.execute(
        f"ALTER POLICY api_insert ON user_identities WITH CHECK ({_TENANT} AND "
        f"({_ME} = '00000000-0000-0000-0000-000000000000' OR (SELECT principal_manages_access())))"
    )
    op.execute(f"ALTER POLICY api_delete ON user_identities USING ({manages})")
    op.execute("REVOKE INSERT ON audit_events FROM footnote_worker")
    op.execute(f"GRANT INSERT ({_APPENDED}) ON audit_events TO footnote_worker")


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0019 can't be taken back: what it closes would be opened again. Restore a backup instead."
    )

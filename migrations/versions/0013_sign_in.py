"""Sign-in: a tenant's OpenID providers, who their subjects are here, and the sessions of pages.

Whose a provider is can be asked before a tenant is known, by its id or by what a token says of itself. A session is
found by the digest of its token, which the api role can't select; it ends with its user, its key or its provider.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

# Before a tenant is known, no more is told than whose a provider is; the rest is read as that tenant's own system.
_FIND = """
CREATE FUNCTION find_provider_tenant(a_provider uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.tenant_id FROM identity_providers p WHERE p.id = a_provider AND p.enabled
$$;
CREATE FUNCTION find_token_providers(an_issuer text, audiences text[]) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.tenant_id, p.id FROM identity_providers p
    WHERE p.issuer = an_issuer AND p.audience = ANY (audiences) AND p.enabled LIMIT 2
$$;
CREATE FUNCTION list_sign_in_providers(a_slug text) RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name FROM identity_providers p JOIN tenants t ON t.id = p.tenant_id
    WHERE t.slug = a_slug AND p.enabled ORDER BY p.name, p.id
$$;
CREATE FUNCTION find_web_session(a_digest bytea)
RETURNS TABLE (session_id uuid, tenant_id uuid, user_id uuid, provider_id uuid, key_prefix text,
               last_seen_at timestamptz, idle_ends_at timestamptz, ends_at timestamptz, revoked_at timestamptz,
               user_name text, roles text[], disabled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.tenant_id, s.user_id, s.provider_id, k.prefix, s.last_seen_at, s.idle_ends_at, s.ends_at,
        s.revoked_at, u.name, u.roles, u.disabled_at
    FROM web_sessions s
    JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    LEFT JOIN api_keys k ON k.tenant_id = s.tenant_id AND k.id = s.key_id
    WHERE s.token_digest = a_digest
$$;
"""
_FUNCTIONS = (
    "find_provider_tenant(uuid)",
    "find_token_providers(text, text[])",
    "list_sign_in_providers(text)",
    "find_web_session(bytea)",
)

# For good: a user who is let in again, or a provider that is turned on again, brings no old session back.
_ENDING = """
CREATE FUNCTION end_sessions_of_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE web_sessions SET revoked_at = now()
        WHERE tenant_id = NEW.tenant_id AND user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END
$$;
CREATE FUNCTION end_sessions_of_provider() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE web_sessions SET revoked_at = now()
        WHERE tenant_id = NEW.tenant_id AND provider_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER users_end_sessions AFTER UPDATE OF disabled_at ON users FOR EACH ROW
    WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION end_sessions_of_user();
CREATE TRIGGER identity_providers_end_sessions AFTER UPDATE OF enabled ON identity_providers FOR EACH ROW
    WHEN (OLD.enabled AND NOT NEW.enabled) EXECUTE FUNCTION end_sessions_of_provider();
"""
_TRIGGER_FUNCTIONS = ("end_sessions_of_user()", "end_sessions_of_provider()")

_TENANT = "tenant_id = (SELECT current_tenant())"
_ME = "(SELECT current_principal())"
_ADMIN = f"{_TENANT} AND (SELECT principal_is_admin())"
# Whoever signs in is not known before these rows are read and written: the tenant's own system does it.
_SYSTEM = f"{_ME} = '00000000-0000-0000-0000-000000000000'"
_SIGN_IN = f"{_TENANT} AND ({_SYSTEM} OR (SELECT principal_is_admin()))"
_OWN_OR_ADMIN = f"{_TENANT} AND (user_id = {_ME} OR (SELECT principal_is_admin()))"

# table → what the api role is granted, and its rules
_RIGHTS: dict[str, tuple[str, dict[str, str]]] = {
    "identity_providers": (
        "SELECT, INSERT, DELETE, UPDATE (name, sealed_secret, audience, email_domains, link_by, enabled, revision, "
        "updated_at)",
        {
            "SELECT": _SIGN_IN,
            "INSERT": f"{_ADMIN} AND created_by = {_ME}",
            "UPDATE": _ADMIN,
            "DELETE": _ADMIN,
        },
    ),
    "user_identities": (
        "SELECT, INSERT, DELETE",
        {"SELECT": _SIGN_IN, "INSERT": _SIGN_IN, "DELETE": _ADMIN},
    ),
    "web_sessions": (
        "SELECT (tenant_id, id, user_id, provider_id, key_id, created_at, last_seen_at, idle_ends_at, ends_at, "
        "revoked_at), INSERT, DELETE, UPDATE (last_seen_at, idle_ends_at, revoked_at)",
        {
            "SELECT": _OWN_OR_ADMIN,
            "INSERT": f"{_TENANT} AND user_id = {_ME}",
            "UPDATE": _OWN_OR_ADMIN,
            "DELETE": f"{_TENANT} AND user_id = {_ME}",
        },
    ),
}


def upgrade() -> None:
    _create_tables()
    op.execute(_FIND)
    op.execute(_ENDING)
    for function in _FUNCTIONS + _TRIGGER_FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO footnote_definer")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in _FUNCTIONS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_api")
    for table, (rights, rules) in _RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {table} TO footnote_api")
        for command, rule in rules.items():
            _allow(table, command, rule)
        op.execute(f"CREATE POLICY owner_all ON {table} TO footnote_owner USING ({_TENANT}) WITH CHECK ({_TENANT})")
    for table in ("identity_providers", "web_sessions"):
        op.execute(f"GRANT SELECT ON {table} TO footnote_definer")
        op.execute(f"CREATE POLICY definer_read ON {table} FOR SELECT TO footnote_definer USING (true)")
    op.execute("GRANT UPDATE (revoked_at) ON web_sessions TO footnote_definer")
    op.execute(
        f"CREATE POLICY definer_end ON web_sessions FOR UPDATE TO footnote_definer USING ({_TENANT}) "
        f"WITH CHECK ({_TENANT})"
    )
    op.execute(f"CREATE POLICY api_sign_in ON users FOR SELECT TO footnote_api USING ({_TENANT} AND {_SYSTEM})")
    op.execute("GRANT SELECT (id, slug) ON tenants TO footnote_definer")
    op.execute("CREATE POLICY definer_sign_in ON tenants FOR SELECT TO footnote_definer USING (true)")


def _allow(table: str, command: str, rule: str) -> None:
    name = {"SELECT": "read", "INSERT": "insert", "UPDATE": "update", "DELETE": "delete"}[command]
    clauses = {"INSERT": f"WITH CHECK ({rule})", "UPDATE": f"USING ({rule}) WITH CHECK ({rule})"}
    op.execute(
        f"CREATE POLICY api_{name} ON {table} FOR {command} TO footnote_api {clauses.get(command, f'USING ({rule})')}"
    )


def _create_tables() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("email_domains", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("link_by", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("link_by IN ('subject', 'verified-email')", name=op.f("ck_identity_providers_link_by")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_identity_providers_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_providers")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_identity_providers_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "issuer", "client_id", name=op.f("uq_identity_providers_tenant_id_issuer_client_id")
        ),
        # Across tenants: a token belongs to one tenant, and nobody can make it ambiguous whose it is.
        sa.UniqueConstraint("issuer", "audience", name=op.f("uq_identity_providers_issuer_audience")),
    )
    op.create_table(
        "user_identities",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "provider_id"],
            ["identity_providers.tenant_id", "identity_providers.id"],
            name=op.f("fk_user_identities_tenant_id_provider_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_user_identities_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "provider_id", "subject", name=op.f("pk_user_identities")),
        sa.UniqueConstraint(
            "tenant_id", "provider_id", "user_id", name=op.f("uq_user_identities_tenant_id_provider_id_user_id")
        ),
    )
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(provider_id, key_id) = 1", name=op.f("ck_web_sessions_one_way_in")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "provider_id"],
            ["identity_providers.tenant_id", "identity_providers.id"],
            name=op.f("fk_web_sessions_tenant_id_provider_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_web_sessions_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name=op.f("fk_web_sessions_key_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_web_sessions_token_digest")),
    )
    op.create_index(op.f("ix_web_sessions_tenant_id_user_id"), "web_sessions", ["tenant_id", "user_id"], unique=False)
    op.create_index(op.f("ix_web_sessions_key_id"), "web_sessions", ["key_id"], unique=False)
    op.create_index(
        op.f("ix_web_sessions_tenant_id_provider_id"), "web_sessions", ["tenant_id", "provider_id"], unique=False
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER users_end_sessions ON users")
    for table in ("web_sessions", "user_identities", "identity_providers"):
        op.drop_table(table)
    for function in _FUNCTIONS + _TRIGGER_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP POLICY api_sign_in ON users")
    op.execute("DROP POLICY definer_sign_in ON tenants")
    op.execute("REVOKE SELECT (id, slug) ON tenants FROM footnote_definer")

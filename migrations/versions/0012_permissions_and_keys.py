"""Permissions: keys with scopes that are rotated, service accounts, and an administrator in every tenant that had one.

A key's end only comes nearer, and a revoked key stays revoked: whoever holds the api role can't make one last.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

_ROLES = "'{analyst,editor,engineer,admin,auditor}'::text[]"
_FOUND = (
    "key_id uuid, tenant_id uuid, user_id uuid, secret_hash bytea, expires_at timestamptz, revoked_at timestamptz, "
    "user_name text, roles text[], disabled_at timestamptz"
)
_FOUND_COLUMNS = (
    "k.id, k.tenant_id, k.user_id, k.secret_hash, k.expires_at, k.revoked_at, u.name, u.roles, u.disabled_at"
)

_FIND = """
CREATE FUNCTION find_api_key(key_prefix text) RETURNS TABLE ({found})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT {columns}
    FROM api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
    WHERE k.prefix = key_prefix
$$;
REVOKE ALL ON FUNCTION find_api_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_api_key(text) TO footnote_api;
"""

# Two administrators who end each other's rights at once wait for each other here, and the second is refused.
_TRIGGERS = """
CREATE FUNCTION keep_key_ending() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.expires_at < COALESCE(NEW.expires_at, 'infinity')
        OR OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
        OR OLD.successor_id IS NOT NULL AND NEW.successor_id IS DISTINCT FROM OLD.successor_id THEN
        RAISE EXCEPTION 'a key lasts no longer than it was made for' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION keep_an_administrator() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote administrators ' || NEW.tenant_id, 0));
    IF NOT EXISTS (SELECT 1 FROM users u
        WHERE u.tenant_id = NEW.tenant_id AND u.disabled_at IS NULL AND 'admin' = ANY (u.roles)) THEN
        RAISE EXCEPTION 'a tenant keeps an administrator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'last_administrator';
    END IF;
    RETURN NULL;
END
$$;
"""
_TRIGGER_FUNCTIONS = ("keep_key_ending()", "keep_an_administrator()")


def upgrade() -> None:
    op.add_column("users", sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'person'")))
    op.create_check_constraint(op.f("ck_users_kind"), "users", "kind IN ('person', 'service')")
    # Who had no role could do what analysts do; from now on only roles say what may be done.
    op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE users SET roles = '{analyst}' WHERE roles = '{}'")
    op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(op.f("ck_users_roles"), "users", f"roles <@ {_ROLES}")
    op.add_column("api_keys", sa.Column("scopes", postgresql.ARRAY(sa.TEXT()), nullable=True))
    op.add_column("api_keys", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_api_keys_tenant_id_id"), "api_keys", ["tenant_id", "id"])
    op.create_foreign_key(
        op.f("fk_api_keys_tenant_id_successor_id"),
        "api_keys",
        "api_keys",
        ["tenant_id", "successor_id"],
        ["tenant_id", "id"],
    )
    op.execute("GRANT SELECT (scopes, successor_id), UPDATE (expires_at, successor_id) ON api_keys TO footnote_api")
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute("DROP FUNCTION find_api_key(text)")
    op.execute(_FIND.format(found=f"{_FOUND}, scopes text[]", columns=f"{_FOUND_COLUMNS}, k.scopes"))
    op.execute(_TRIGGERS)
    for function in _TRIGGER_FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_owner")
    op.execute("RESET ROLE")
    op.execute(
        "CREATE TRIGGER keep_ending BEFORE UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION keep_key_ending();"
        "CREATE TRIGGER keep_an_administrator AFTER UPDATE OF roles, disabled_at ON users FOR EACH ROW "
        "WHEN (OLD.disabled_at IS NULL AND 'admin' = ANY (OLD.roles) "
        "AND (NEW.disabled_at IS NOT NULL OR 'admin' <> ALL (NEW.roles))) EXECUTE FUNCTION keep_an_administrator();"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_an_administrator ON users; DROP TRIGGER keep_ending ON api_keys")
    op.execute("SET LOCAL ROLE footnote_definer")
    for function in (*_TRIGGER_FUNCTIONS, "find_api_key(text)"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(_FIND.format(found=_FOUND, columns=_FOUND_COLUMNS))
    op.execute("RESET ROLE")
    op.execute("REVOKE UPDATE (expires_at) ON api_keys FROM footnote_api")
    op.drop_constraint(op.f("fk_api_keys_tenant_id_successor_id"), "api_keys", type_="foreignkey")
    op.drop_constraint(op.f("uq_api_keys_tenant_id_id"), "api_keys", type_="unique")
    op.drop_column("api_keys", "successor_id")
    # Without its scopes a key would do all that its user may.
    op.execute("ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE scopes IS NOT NULL")
    op.execute("ALTER TABLE api_keys FORCE ROW LEVEL SECURITY")
    op.drop_column("api_keys", "scopes")
    op.drop_constraint(op.f("ck_users_roles"), "users", type_="check")
    op.drop_constraint(op.f("ck_users_kind"), "users", type_="check")
    op.drop_column("users", "kind")

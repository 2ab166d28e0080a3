"""Signing in tells less, and holds what it checked.

- A key's row is told to whoever has the digest of its secret; whoever has a prefix is told whose key it is, in ids.
- A session is not made of a provider that is turned off or deleted meanwhile.
- An audience ends with its tenant's id, so that no tenant claims another's; those from before, and those that an
  operator vouches for as the database's owner, need not.
- A verified address links within listed domains, and a client is no audience, whatever wrote the row.
- A key for somebody else is a service account's, or the first of a person who never had another way in.
- A session is not made for a user who is disabled meanwhile.

`find_api_key(text)`, which processes of the version before ask, goes with revision 0024.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

from migrations.events import begin_recording, end_recording, record_change

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None

_FOUND = (
    "key_id uuid, tenant_id uuid, user_id uuid, prefix text, expires_at timestamptz, revoked_at timestamptz, "
    "user_name text, roles text[], disabled_at timestamptz, scopes text[]"
)
_FOUND_COLUMNS = (
    "k.id, k.tenant_id, k.user_id, k.prefix, k.expires_at, k.revoked_at, u.name, u.roles, u.disabled_at, k.scopes"
)
_KEY_OF_USER = "api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id"

# A digest is compared by equality: how many of its first bytes agree may show in the time, but whoever can't invert
# SHA-256 can't choose a secret by its digest's bytes, and a digest lets nobody in.
_ASKED = f"""
CREATE FUNCTION find_api_key(key_prefix text, a_digest bytea) RETURNS TABLE ({_FOUND})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT {_FOUND_COLUMNS} FROM {_KEY_OF_USER} WHERE k.prefix = key_prefix AND k.secret_hash = a_digest
$$;
CREATE FUNCTION find_key_claim(key_prefix text) RETURNS TABLE (key_id uuid, tenant_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.user_id FROM api_keys k WHERE k.prefix = key_prefix
$$;
CREATE FUNCTION find_session_key(a_digest bytea) RETURNS TABLE ({_FOUND})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT {_FOUND_COLUMNS} FROM {_KEY_OF_USER}
    JOIN web_sessions s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.user_id = k.user_id
    WHERE s.token_digest = a_digest
$$;
CREATE FUNCTION may_be_given_key(a_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM users u
        WHERE u.tenant_id = (SELECT current_tenant()) AND u.id = a_user
          AND (u.kind = 'service' OR u.entered_at IS NULL))
$$;
"""
_ASKED_FUNCTIONS = (
    "find_api_key(text, bytea)",
    "find_key_claim(text)",
    "find_session_key(bytea)",
    "may_be_given_key(uuid)",
)

# No other tenant's client stands against an audience that ends with its tenant's id: it could be there first.
# FOR SHARE: whoever turns the provider off or disables the user waits for the session, and ends it with the others. A
# user is entered before being held so: two who held one user would wait for each other to enter it.
_KEPT = """
CREATE FUNCTION keep_provider_of_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM identity_providers p
        WHERE p.tenant_id = (SELECT current_tenant()) AND p.tenant_id = NEW.tenant_id AND p.id = NEW.provider_id
          AND p.enabled FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nobody signs in at this provider'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'provider_of_session';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION enter_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE users u SET entered_at = now()
        WHERE u.tenant_id = (SELECT current_tenant()) AND u.tenant_id = NEW.tenant_id AND u.id = NEW.user_id
          AND u.entered_at IS NULL;
    RETURN NULL;
END
$$;
CREATE FUNCTION keep_user_of_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM users u
        WHERE u.tenant_id = (SELECT current_tenant()) AND u.tenant_id = NEW.tenant_id AND u.id = NEW.user_id
          AND u.disabled_at IS NULL AND u.deleted_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this user is disabled' USING ERRCODE = 'check_violation', CONSTRAINT = 'user_of_session';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION keep_audience_of_tenant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unbound boolean := COALESCE(right(NEW.audience, 36) <> NEW.tenant_id::text, false);
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.audience IS NOT DISTINCT FROM OLD.audience THEN
        RETURN NEW;
    END IF;
    IF session_user = 'footnote_api' AND unbound THEN
        RAISE EXCEPTION 'an audience ends with the id of its tenant'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audience_of_tenant';
    END IF;
    -- One at a time, so that each sees what the other wrote.
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote issuer ' || NEW.issuer, 0));
    IF unbound AND EXISTS (SELECT 1 FROM identity_providers p
            WHERE p.tenant_id <> NEW.tenant_id AND p.issuer = NEW.issuer AND p.client_id = NEW.audience) THEN
        RAISE EXCEPTION 'an audience is no client of its issuer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audience_of_client';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM identity_providers p
            WHERE p.tenant_id <> NEW.tenant_id AND p.issuer = NEW.issuer AND p.audience = NEW.client_id
              AND right(p.audience, 36) <> p.tenant_id::text) THEN
        RAISE EXCEPTION 'a client is no audience of its issuer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'client_of_audience';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION list_unbound_audiences() RETURNS TABLE (tenant_id uuid, provider_id uuid, issuer text, audience text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.tenant_id, p.id, p.issuer, p.audience FROM identity_providers p
    WHERE right(p.audience, 36) <> p.tenant_id::text ORDER BY p.tenant_id, p.id
$$;
"""
_KEPT_FUNCTIONS = (
    "keep_provider_of_session()",
    "enter_user()",
    "keep_user_of_session()",
    "keep_audience_of_tenant()",
    "list_unbound_audiences()",
)
_TRIGGERS = """
CREATE TRIGGER keep_provider BEFORE INSERT ON web_sessions FOR EACH ROW
    WHEN (NEW.provider_id IS NOT NULL) EXECUTE FUNCTION keep_provider_of_session();
CREATE TRIGGER keep_user AFTER INSERT ON web_sessions FOR EACH ROW EXECUTE FUNCTION keep_user_of_session();
CREATE TRIGGER keep_audience BEFORE INSERT OR UPDATE OF audience ON identity_providers FOR EACH ROW
    EXECUTE FUNCTION keep_audience_of_tenant();
"""
# What lets a person in, whoever made it. After the row: its rules are asked whether the user has entered before it.
_WAYS_IN = ("api_keys", "user_identities", "web_sessions")
# That somebody entered is no new revision of the user: it would take another's edit for a stale one.
_REVISION = (
    "CREATE TRIGGER keep_revision BEFORE UPDATE ON users FOR EACH ROW WHEN ({}) EXECUTE FUNCTION keep_revision()"
)
_CHANGED = "OLD.* IS DISTINCT FROM NEW.*"
_CHECKS = {
    "domains_named": "link_by <> 'verified-email' OR cardinality(email_domains) > 0",
    "audience_of_no_client": "audience <> client_id",
}

_TENANT = "tenant_id = (SELECT current_tenant())"
_ME = "(SELECT current_principal())"
_WIDE = "(NOT (SELECT principal_is_narrowed()) OR scopes IS NOT NULL AND NOT scopes && '{access:manage}')"
_ADMIN = "(SELECT principal_is_admin())"


def upgrade() -> None:
    _watch_entering()
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(_ASKED)
    op.execute(_KEPT)
    for function in _ASKED_FUNCTIONS + _KEPT_FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in _ASKED_FUNCTIONS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_api")
    for function in _KEPT_FUNCTIONS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_owner")
    op.execute("RESET ROLE")
    # To hold a row, a role must be one that may change it; this one may change none.
    op.execute("GRANT UPDATE (updated_at) ON identity_providers TO footnote_definer")
    op.execute(
        f"CREATE POLICY definer_hold ON identity_providers FOR UPDATE TO footnote_definer USING ({_TENANT}) "
        "WITH CHECK (false)"
    )
    # What code refuses since it was written; neither let anybody in whom it should.
    op.execute("ALTER TABLE identity_providers NO FORCE ROW LEVEL SECURITY")
    begin_recording()
    _correct("link_by", "subject", unless=_CHECKS["domains_named"])
    _correct("audience", None, unless=_CHECKS["audience_of_no_client"])
    end_recording()
    op.execute("ALTER TABLE identity_providers FORCE ROW LEVEL SECURITY")
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_identity_providers_{name}"), "identity_providers", rule)
    op.execute(_TRIGGERS)
    for table in _WAYS_IN:
        op.execute(f"CREATE TRIGGER enter_user AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION enter_user()")
    op.execute(
        f"ALTER POLICY api_insert ON api_keys WITH CHECK ({_TENANT} AND {_WIDE} AND (user_id = {_ME} OR {_ADMIN} "
        "AND may_be_given_key(user_id)))"
    )


def _watch_entering() -> None:
    op.add_column("users", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT UPDATE (entered_at) ON users TO footnote_definer")
    op.execute(
        f"CREATE POLICY definer_enter ON users FOR UPDATE TO footnote_definer USING ({_TENANT}) WITH CHECK ({_TENANT})"
    )
    op.execute("DROP TRIGGER keep_revision ON users")
    op.execute(_REVISION.format(f"{_CHANGED} AND OLD.entered_at IS NOT DISTINCT FROM NEW.entered_at"))
    for table in ("users", *_WAYS_IN):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    ways = " UNION ".join(f"SELECT tenant_id, user_id, created_at FROM {table}" for table in _WAYS_IN)
    op.execute(
        "UPDATE users u SET entered_at = w.first FROM (SELECT tenant_id, user_id, min(created_at) AS first "
        f"FROM ({ways}) a GROUP BY tenant_id, user_id) w WHERE w.tenant_id = u.tenant_id AND w.user_id = u.id"
    )
    for table in ("users", *_WAYS_IN):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _correct(column: str, value: str | None, *, unless: str) -> None:
    """Set the column of the providers that break a rule, and tell their tenants' logs what it was."""
    broken = f"SELECT id, {column} AS before FROM identity_providers WHERE NOT ({unless}) FOR UPDATE"
    changed = sa.text(
        f"WITH broken AS ({broken}) UPDATE identity_providers p SET {column} = :value, revision = p.revision + 1 "
        "FROM broken b WHERE b.id = p.id RETURNING p.tenant_id, p.id, b.before"
    )
    for tenant_id, provider_id, before in op.get_bind().execute(changed, {"value": value}).all():
        record_change(
            tenant_id,
            "identity.provider.changed",
            object_type="identity-provider",
            object_id=provider_id,
            detail={"migration": revision, "before": {column: before}, "after": {column: value}},
        )


def downgrade() -> None:
    op.execute(
        f"ALTER POLICY api_insert ON api_keys WITH CHECK ({_TENANT} AND {_WIDE} AND (user_id = {_ME} OR {_ADMIN}))"
    )
    op.execute(
        "DROP TRIGGER keep_provider ON web_sessions; DROP TRIGGER keep_user ON web_sessions;"
        "DROP TRIGGER keep_audience ON identity_providers"
    )
    for table in _WAYS_IN:
        op.execute(f"DROP TRIGGER enter_user ON {table}")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_identity_providers_{name}"), "identity_providers", type_="check")
    op.execute("DROP POLICY definer_hold ON identity_providers")
    op.execute("REVOKE UPDATE (updated_at) ON identity_providers FROM footnote_definer")
    op.execute("SET LOCAL ROLE footnote_definer")
    for function in _ASKED_FUNCTIONS + _KEPT_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("RESET ROLE")
    op.execute("DROP TRIGGER keep_revision ON users")
    op.execute(_REVISION.format(_CHANGED))
    op.execute("DROP POLICY definer_enter ON users")
    op.drop_column("users", "entered_at")

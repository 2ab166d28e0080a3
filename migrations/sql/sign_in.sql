-- Sign-in and provisioning. Functions find the owner of a key, token or session before the tenant is known. Triggers
-- keep keys, sessions, providers and users consistent.

SET LOCAL ROLE footnote_definer;

-- 1. Before a tenant is known

-- Returns the API key with this prefix and this digest of its secret. The comparison does not take constant time, so
-- its duration may reveal how many leading bytes of the digest match. This is harmless: an attacker can't choose the
-- bytes of a secret's SHA-256, and can't sign in with a digest.
CREATE FUNCTION find_api_key(key_prefix text, a_digest bytea)
RETURNS TABLE (key_id uuid, tenant_id uuid, user_id uuid, prefix text, expires_at timestamptz,
    revoked_at timestamptz, user_name text, roles text[], disabled_at timestamptz, scopes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.user_id, k.prefix, k.expires_at, k.revoked_at, u.name, u.roles, u.disabled_at, k.scopes
    FROM api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
    WHERE k.prefix = key_prefix AND k.secret_hash = a_digest
$$;

-- Returns the ids of the key with this prefix, its tenant and its user. The audit event of a failed sign-in records
-- them.
CREATE FUNCTION find_key_claim(key_prefix text) RETURNS TABLE (key_id uuid, tenant_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.user_id FROM api_keys k WHERE k.prefix = key_prefix
$$;

-- Returns the API key that opened the web session whose token has this digest.
CREATE FUNCTION find_session_key(a_digest bytea)
RETURNS TABLE (key_id uuid, tenant_id uuid, user_id uuid, prefix text, expires_at timestamptz,
    revoked_at timestamptz, user_name text, roles text[], disabled_at timestamptz, scopes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.user_id, k.prefix, k.expires_at, k.revoked_at, u.name, u.roles, u.disabled_at, k.scopes
    FROM api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
    JOIN web_sessions s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.user_id = k.user_id
    WHERE s.token_digest = a_digest
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
    LEFT JOIN api_keys k ON k.tenant_id = s.tenant_id AND k.id = s.key_id AND k.user_id = s.user_id
    WHERE s.token_digest = a_digest AND (s.key_id IS NULL OR k.id IS NOT NULL)
      AND (s.provider_id IS NULL OR EXISTS (
          SELECT 1 FROM identity_providers p
          JOIN user_identities i ON i.tenant_id = p.tenant_id AND i.provider_id = p.id
          WHERE p.tenant_id = s.tenant_id AND p.id = s.provider_id AND p.enabled AND i.user_id = s.user_id))
$$;

-- Returns only the tenant of a provider. The application then reads the provider's row as the system principal of the
-- tenant.
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

-- 2. Keys

-- Returns whether an administrator may create a key for this user. The user must be a service account, or a person who
-- has never had a key, a linked provider account or a session.
CREATE FUNCTION may_be_given_key(a_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM users u
        WHERE u.tenant_id = (SELECT current_tenant()) AND u.id = a_user
          AND (u.kind = 'service' OR u.entered_at IS NULL))
$$;

-- Rejects an update that postpones the expiry of a key, or that changes a revocation or successor which is already set.
CREATE FUNCTION keep_key_ending() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.expires_at < COALESCE(NEW.expires_at, 'infinity')
        OR OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
        OR OLD.successor_id IS NOT NULL AND NEW.successor_id IS DISTINCT FROM OLD.successor_id THEN
        RAISE EXCEPTION 'an API key can not be extended or restored' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- 3. Users

-- Rejects an update that leaves a tenant without an administrator. If two administrators remove each other's role at
-- the same time, the second transaction waits for the lock and is rejected.
CREATE FUNCTION keep_an_administrator() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote administrators ' || NEW.tenant_id, 0));
    IF NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = NEW.tenant_id AND u.disabled_at IS NULL
            AND u.deleted_at IS NULL AND u.kind = 'person' AND 'admin' = ANY (u.roles)) THEN
        RAISE EXCEPTION 'a tenant needs an administrator: this is the last one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'last_administrator';
    END IF;
    RETURN NULL;
END
$$;

-- Records when a user first got a key, a linked provider account or a session.
CREATE FUNCTION enter_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE users u SET entered_at = now()
        WHERE u.tenant_id = (SELECT current_tenant()) AND u.tenant_id = NEW.tenant_id AND u.id = NEW.user_id
          AND u.entered_at IS NULL;
    RETURN NULL;
END
$$;

-- 4. Sessions
--
-- A session can't be created for a disabled provider or user. The triggers below lock the provider and the user with
-- FOR SHARE. A concurrent transaction that disables the provider or user waits for this lock, and then also ends the
-- new session. Sessions stay ended if the provider or user is enabled again.

CREATE FUNCTION keep_provider_of_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM identity_providers p
        WHERE p.tenant_id = (SELECT current_tenant()) AND p.tenant_id = NEW.tenant_id AND p.id = NEW.provider_id
          AND p.enabled FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the sign-in provider is disabled or missing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'provider_of_session';
    END IF;
    RETURN NEW;
END
$$;

-- This trigger runs after `enter_user`, which updates the user's row. In the opposite order, two transactions that both
-- lock the row with FOR SHARE would deadlock when they update it.
CREATE FUNCTION keep_user_of_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM users u
        WHERE u.tenant_id = (SELECT current_tenant()) AND u.tenant_id = NEW.tenant_id AND u.id = NEW.user_id
          AND u.disabled_at IS NULL AND u.deleted_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the user is disabled or deleted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_of_session';
    END IF;
    RETURN NULL;
END
$$;

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

-- 5. Providers

-- Rejects an audience that does not end with the id of its tenant, so that no tenant can accept tokens that were issued
-- for another tenant. An operator may set a different audience with `footnote tenant audience`, but not the client ID
-- of another tenant at the same issuer.
CREATE FUNCTION keep_audience_of_tenant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unbound boolean := COALESCE(right(NEW.audience, 36) <> NEW.tenant_id::text, false);
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.audience IS NOT DISTINCT FROM OLD.audience THEN
        RETURN NEW;
    END IF;
    IF session_user = 'footnote_api' AND unbound THEN
        RAISE EXCEPTION 'an audience must end with the id of its tenant'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audience_of_tenant';
    END IF;
    -- Lock the issuer, so that concurrent transactions on the same issuer run one after the other and each sees the
    -- rows of the previous one.
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote issuer ' || NEW.issuer, 0));
    IF unbound AND EXISTS (SELECT 1 FROM identity_providers p
            WHERE p.tenant_id <> NEW.tenant_id AND p.issuer = NEW.issuer AND p.client_id = NEW.audience) THEN
        RAISE EXCEPTION 'the audience is the client of another tenant at this issuer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audience_of_client';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM identity_providers p
            WHERE p.tenant_id <> NEW.tenant_id AND p.issuer = NEW.issuer AND p.audience = NEW.client_id
              AND right(p.audience, 36) <> p.tenant_id::text) THEN
        RAISE EXCEPTION 'the client is the audience of another tenant at this issuer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'client_of_audience';
    END IF;
    RETURN NEW;
END
$$;

-- Returns the audiences that do not end with their tenant's id.
CREATE FUNCTION list_unbound_audiences() RETURNS TABLE (tenant_id uuid, provider_id uuid, issuer text, audience text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.tenant_id, p.id, p.issuer, p.audience FROM identity_providers p
    WHERE right(p.audience, 36) <> p.tenant_id::text ORDER BY p.tenant_id, p.id
$$;

-- 6. Revisions, for ETags

CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- Increments the revision of each group whose members changed. The trigger fires once per statement, so a statement
-- that adds a thousand members increments the revision once.
CREATE FUNCTION move_group_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE groups g SET revision = g.revision + 1
        FROM (SELECT DISTINCT c.tenant_id, c.group_id FROM changed c) moved
        WHERE g.tenant_id = moved.tenant_id AND g.id = moved.group_id;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION find_api_key(text, bytea), find_key_claim(text), find_session_key(bytea),
    find_web_session(bytea), find_provider_tenant(uuid), find_token_providers(text, text[]),
    list_sign_in_providers(text), may_be_given_key(uuid), keep_key_ending(), keep_an_administrator(), enter_user(),
    keep_provider_of_session(), keep_user_of_session(),
    end_sessions_of_user(), end_sessions_of_provider(), keep_audience_of_tenant(), list_unbound_audiences(),
    move_group_revision() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_web_session(bytea), find_provider_tenant(uuid), find_token_providers(text, text[]),
    list_sign_in_providers(text), end_sessions_of_user(), end_sessions_of_provider(), move_group_revision()
    TO footnote_api, footnote_worker, footnote_relay, footnote_owner;
GRANT EXECUTE ON FUNCTION find_api_key(text, bytea), find_key_claim(text), find_session_key(bytea),
    may_be_given_key(uuid) TO footnote_api;
GRANT EXECUTE ON FUNCTION list_unbound_audiences(), keep_key_ending(), keep_an_administrator(), enter_user(),
    keep_provider_of_session(), keep_user_of_session(), keep_audience_of_tenant() TO footnote_owner;

RESET ROLE;

-- 7. The triggers

CREATE TRIGGER keep_ending BEFORE UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION keep_key_ending();

CREATE TRIGGER keep_an_administrator AFTER UPDATE OF roles, disabled_at ON users FOR EACH ROW
    WHEN (OLD.disabled_at IS NULL AND 'admin' = ANY (OLD.roles)
        AND (NEW.disabled_at IS NOT NULL OR 'admin' <> ALL (NEW.roles))) EXECUTE FUNCTION keep_an_administrator();
CREATE TRIGGER users_end_sessions AFTER UPDATE OF disabled_at ON users FOR EACH ROW
    WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION end_sessions_of_user();

-- These triggers set `entered_at` after the insert. During the insert, a row-level policy calls `may_be_given_key`,
-- which must see the old value of `entered_at`.
CREATE TRIGGER enter_user AFTER INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION enter_user();
CREATE TRIGGER enter_user AFTER INSERT ON user_identities FOR EACH ROW EXECUTE FUNCTION enter_user();
CREATE TRIGGER enter_user AFTER INSERT ON web_sessions FOR EACH ROW EXECUTE FUNCTION enter_user();

CREATE TRIGGER keep_provider BEFORE INSERT ON web_sessions FOR EACH ROW
    WHEN (NEW.provider_id IS NOT NULL) EXECUTE FUNCTION keep_provider_of_session();
CREATE TRIGGER keep_user AFTER INSERT ON web_sessions FOR EACH ROW EXECUTE FUNCTION keep_user_of_session();

CREATE TRIGGER keep_audience BEFORE INSERT OR UPDATE OF audience ON identity_providers FOR EACH ROW
    EXECUTE FUNCTION keep_audience_of_tenant();
CREATE TRIGGER identity_providers_end_sessions AFTER UPDATE OF enabled ON identity_providers FOR EACH ROW
    WHEN (OLD.enabled AND NOT NEW.enabled) EXECUTE FUNCTION end_sessions_of_provider();

-- An update of `entered_at` does not increment the revision. Otherwise an administrator's edit would fail as stale if
-- the user first signs in at the same time.
CREATE TRIGGER keep_revision BEFORE UPDATE ON users FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.entered_at IS NOT DISTINCT FROM NEW.entered_at)
    EXECUTE FUNCTION keep_revision();
CREATE TRIGGER keep_revision BEFORE UPDATE ON groups FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_revision();
CREATE TRIGGER move_revision_insert AFTER INSERT ON group_members REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION move_group_revision();
CREATE TRIGGER move_revision_delete AFTER DELETE ON group_members REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION move_group_revision();
CREATE TRIGGER move_revision_insert AFTER INSERT ON group_nestings REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION move_group_revision();
CREATE TRIGGER move_revision_delete AFTER DELETE ON group_nestings REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION move_group_revision();

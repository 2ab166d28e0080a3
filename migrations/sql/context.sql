-- The tenant and principal of a transaction: `enter` sets them, `current_tenant` and `current_principal` return them.
--
-- SQL that runs as a login role without knowing that role's secret can't act for any principal. `enter` checks the caller's
-- code over tenant, principal, time and restriction (HMAC, RFC 2104, with SHA-256), then stores them in the setting
-- `footnote.who` with a seal: a second HMAC, whose key no login role can read. A seal is valid in one transaction.
--
-- The definer owns all functions that check rights. The owner is a member of the definer without inheriting its rights
-- (app.db.provision).

SET LOCAL ROLE footnote_definer;

-- Returns the HMAC of a message with the key of a role; '' selects the key of the seals.
CREATE FUNCTION context_mac(key_of text, message text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(message, 'UTF8'))), 'hex')
    FROM context_keys k WHERE k.role = key_of
$$;

CREATE FUNCTION transaction_stamp() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXTRACT(EPOCH FROM now())::text
$$;

-- Returns 'tenant|principal|stamp|restriction' from the transaction's setting; null if its seal is missing or invalid.
CREATE FUNCTION context_body() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sealed text := current_setting('footnote.who', true);
    body text;
BEGIN
    IF sealed IS NULL OR sealed = '' THEN
        RETURN NULL;
    END IF;
    body := split_part(sealed, '#', 1);
    IF split_part(body, '|', 3) = transaction_stamp() AND split_part(sealed, '#', 2) = context_mac('', body) THEN
        RETURN body;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT split_part(context_body(), '|', 1)::uuid
$$;

CREATE FUNCTION current_principal() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT split_part(context_body(), '|', 2)::uuid
$$;

-- Returns 'entered', 'key-missing' (call `ensure_context_key`) or 'refused'. A code is valid for 300 seconds.
-- `restriction` is '' or, for an API key that may not manage access, 'narrowed'.
CREATE FUNCTION enter(tenant uuid, principal uuid, issued bigint, restriction text, code text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    expected text := context_mac(session_user::text, concat_ws('|', tenant, principal, issued, restriction));
    body text := concat_ws('|', tenant, principal, transaction_stamp(), restriction);
BEGIN
    PERFORM set_config('footnote.who', '', true), set_config('footnote.classes', '', true);
    IF expected IS NULL THEN
        RETURN 'key-missing';
    END IF;
    -- A comparison with a missing value is null, which counts as false.
    IF NOT COALESCE(expected = code AND abs(EXTRACT(EPOCH FROM clock_timestamp()) - issued) <= 300
            AND tenant IS NOT NULL AND principal IS NOT NULL AND restriction IN ('', 'narrowed'), false) THEN
        RETURN 'refused';
    END IF;
    PERFORM set_config('footnote.who', body || '#' || context_mac('', body), true);
    IF session_user = 'footnote_api' THEN
        PERFORM learn_classes();
    END IF;
    RETURN 'entered';
END
$$;

-- Stores the login role's HMAC key at its first transaction; only the owner can delete it again. Returns whether the
-- stored key is the one given.
CREATE FUNCTION ensure_context_key(inner_part bytea, outer_part bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF session_user NOT IN ('footnote_owner', 'footnote_api', 'footnote_worker', 'footnote_relay')
        OR length(inner_part) <> 64 OR length(outer_part) <> 64 THEN
        RETURN false;
    END IF;
    INSERT INTO context_keys (role, inner_pad, outer_pad) VALUES (session_user, inner_part, outer_part)
        ON CONFLICT DO NOTHING;
    RETURN EXISTS (SELECT 1 FROM context_keys k
        WHERE k.role = session_user AND k.inner_pad = inner_part AND k.outer_pad = outer_part);
END
$$;

REVOKE ALL ON FUNCTION context_mac(text, text), context_body(), current_tenant(), current_principal(),
    enter(uuid, uuid, bigint, text, text), ensure_context_key(bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_tenant(), current_principal(), enter(uuid, uuid, bigint, text, text),
    ensure_context_key(bytea, bytea) TO footnote_api, footnote_worker, footnote_relay, footnote_owner;

RESET ROLE;

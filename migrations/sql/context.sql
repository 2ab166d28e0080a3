-- The tenant and principal of a transaction: `enter` sets them, `current_tenant` and `current_principal` return them.
--
-- The caller of `enter` must know the secret of its login role. Injected SQL does not know the secret, so it can't act
-- for a principal of its choice. The caller passes a code: an HMAC (RFC 2104, with SHA-256) over the tenant, principal,
-- time and restriction. `enter` checks the code and stores these values in the setting `footnote.who` with a seal. The
-- seal is a second HMAC, and no login role can read its key. A seal is valid in one transaction.
--
-- footnote_definer owns all functions that check rights. footnote_owner is a member of footnote_definer, but does not
-- inherit its rights (app.db.provision).

SET LOCAL ROLE footnote_definer;

-- Returns the HMAC of a message with the key of a role. The role '' has the key of the seals.
CREATE FUNCTION context_mac(key_of text, message text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(message, 'UTF8'))), 'hex')
    FROM context_keys k WHERE k.role = key_of
$$;

CREATE FUNCTION transaction_stamp() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXTRACT(EPOCH FROM now())::text
$$;

-- Returns 'tenant|principal|stamp|restriction' from the setting `footnote.who`, or null if the seal is missing or
-- invalid. The stamp is the start time of the transaction.
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

-- Sets the tenant and principal of the transaction. Returns 'entered', 'refused', or 'key-missing' if the caller must
-- call `ensure_context_key` first. A code is valid for 300 seconds. `restriction` is 'narrowed' for an API key that may
-- not manage access, and otherwise ''.
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
    -- A comparison with a null value is null; COALESCE replaces this null with false.
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

-- Stores this HMAC key for the login role, unless the role already has a key. Returns whether the stored key equals
-- this key. Only footnote_owner can delete a stored key.
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

-- Who a transaction is for. Whoever may run SQL as the api role, but does not hold its secret, can be nobody else:
-- `enter` takes a tenant and a principal only with the caller's code over them (HMAC, RFC 2104, over SHA-256), and seals
-- what it found with a key that no login role may read. Seals hold for one transaction.
CREATE FUNCTION context_mac(key_of text, message text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(message, 'UTF8'))), 'hex')
    FROM context_keys k WHERE k.role = key_of
$$;

CREATE FUNCTION transaction_stamp() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXTRACT(EPOCH FROM now())::text
$$;

-- 'tenant|principal|stamp' of the transaction's own seal, or null.
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

CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT split_part(context_body(), '|', 1)::uuid
$$;

CREATE OR REPLACE FUNCTION current_principal() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT split_part(context_body(), '|', 2)::uuid
$$;

-- A login role's code is checked with the key that it left at its first transaction; afterwards only the owner can
-- remove that key. Says what to do: 'entered', 'key-missing' or 'refused'.
CREATE FUNCTION enter(tenant uuid, principal uuid, issued bigint, code text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    expected text := context_mac(session_user::text, concat_ws('|', tenant, principal, issued));
    body text := concat_ws('|', tenant, principal, transaction_stamp());
BEGIN
    PERFORM set_config('footnote.who', '', true), set_config('footnote.classes', '', true);
    IF expected IS NULL THEN
        RETURN 'key-missing';
    END IF;
    -- No code, no tenant, no principal and no time are no answer either: a null must not pass for one.
    IF NOT COALESCE(expected = code AND abs(EXTRACT(EPOCH FROM clock_timestamp()) - issued) <= 300
            AND tenant IS NOT NULL AND principal IS NOT NULL, false) THEN
        RETURN 'refused';
    END IF;
    PERFORM set_config('footnote.who', body || '#' || context_mac('', body), true);
    IF session_user = 'footnote_api' THEN
        PERFORM learn_classes();
    END IF;
    RETURN 'entered';
END
$$;

-- Whether the role's key is the one given; it is kept when there is none yet.
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

-- A tenant's audit events in a chain of SHA-256 hashes (app.audit.hashing does the same in Python, and says why so).
-- A text in a hash is its length in bytes, a colon, its bytes and a comma (a netstring); an absent one is '-,'.
CREATE FUNCTION audit_frame(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN content IS NULL THEN '-,' ELSE octet_length(content)::text || ':' || content || ',' END
$$;

CREATE FUNCTION audit_event_hash(event audit_events) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to('footnote-audit-event-1' || audit_frame(event.tenant_id::text)
        || audit_frame(event.id::text) || audit_frame((EXTRACT(EPOCH FROM event.at) * 1000000)::bigint::text)
        || audit_frame(event.actor_id::text) || audit_frame(event.key_id::text) || audit_frame(event.action)
        || audit_frame(event.object_type) || audit_frame(event.object_id) || audit_frame(event.request_id)
        || audit_frame(event.client) || audit_frame(event.detail::text), 'UTF8'))
$$;

-- Takes the tenant's head until the transaction ends. The tail is read afterwards, by a statement of its own, whose
-- snapshot (READ COMMITTED) has what the last holder committed. The head has no columns that change: a row that each
-- commit updated would leave a version of itself a commit for as long as any long transaction runs. The tail is always
-- read from the end of the index: a plan made while the table was small would read and sort the whole chain each time.
CREATE FUNCTION append_audit_link(a_tenant uuid, an_event uuid, its_hash bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    tail record;
    place bigint := 1;
    before bytea := sha256(convert_to('footnote-audit-genesis-1' || audit_frame(a_tenant::text), 'UTF8'));
BEGIN
    PERFORM FROM audit_heads WHERE tenant_id = a_tenant FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_heads (tenant_id) VALUES (a_tenant) ON CONFLICT DO NOTHING;
        PERFORM FROM audit_heads WHERE tenant_id = a_tenant FOR UPDATE;
    END IF;
    SELECT sequence, hash INTO tail FROM audit_chain WHERE tenant_id = a_tenant ORDER BY sequence DESC LIMIT 1;
    IF FOUND THEN
        place := tail.sequence + 1;
        before := tail.hash;
    END IF;
    INSERT INTO audit_chain (tenant_id, sequence, event_id, event_hash, previous_hash, hash)
    VALUES (a_tenant, place, an_event, its_hash, before, sha256(convert_to('footnote-audit-link-1'
        || audit_frame(a_tenant::text) || audit_frame(place::text) || audit_frame(encode(before, 'hex'))
        || audit_frame(encode(its_hash, 'hex')), 'UTF8')));
END
$$;

-- At the commit of whatever recorded the event. A transaction with one snapshot for all its statements can't see the
-- tail that another has just committed: its events wait, by their hash, and are taken into the chain a moment later.
CREATE FUNCTION chain_event() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') = 'read committed' THEN
        PERFORM append_audit_link(NEW.tenant_id, NEW.id, audit_event_hash(NEW));
    ELSE
        INSERT INTO audit_waiting (tenant_id, event_id, event_hash)
        VALUES (NEW.tenant_id, NEW.id, audit_event_hash(NEW));
    END IF;
    RETURN NULL;
END
$$;

-- Up to 1,000 waiting events, of one tenant or (null) of all, in the order in which they came. Heads are taken in the
-- tenants' order, so that two callers do not wait for each other.
CREATE FUNCTION link_waiting_of(a_tenant uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting record;
    linked bigint := 0;
BEGIN
    FOR waiting IN
        WITH due AS (
            SELECT w.position FROM audit_waiting w WHERE a_tenant IS NULL OR w.tenant_id = a_tenant
            ORDER BY w.tenant_id, w.position LIMIT 1000 FOR UPDATE SKIP LOCKED
        ), taken AS (
            DELETE FROM audit_waiting w USING due WHERE w.position = due.position
            RETURNING w.position, w.tenant_id, w.event_id, w.event_hash
        )
        SELECT * FROM taken ORDER BY tenant_id, position
    LOOP
        PERFORM append_audit_link(waiting.tenant_id, waiting.event_id, waiting.event_hash);
        linked := linked + 1;
    END LOOP;
    RETURN linked;
END
$$;

CREATE FUNCTION link_waiting_events() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT link_waiting_of(t) FROM current_tenant() t WHERE t IS NOT NULL
$$;

CREATE FUNCTION link_all_waiting_events() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT link_waiting_of(NULL) $$;

-- The end of the chain of the transaction's tenant, for signing.
CREATE FUNCTION last_audit_link() RETURNS TABLE (sequence bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.sequence, c.hash FROM audit_chain c WHERE c.tenant_id = (SELECT current_tenant())
    ORDER BY c.sequence DESC LIMIT 1
$$;

CREATE FUNCTION list_audited_tenants() RETURNS TABLE (id uuid, slug text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.slug FROM tenants t ORDER BY t.slug
$$;

-- A call for each tenant whose chain has grown since it was last signed; one that still waits is not written twice.
CREATE FUNCTION call_checkpoints() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH called AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT h.tenant_id, 'audit.sign_checkpoint',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', h.tenant_id)),
            now(), now()
        FROM audit_heads h
        WHERE (SELECT max(c.sequence) FROM audit_chain c WHERE c.tenant_id = h.tenant_id)
            > COALESCE((SELECT max(k.sequence) FROM audit_checkpoints k WHERE k.tenant_id = h.tenant_id), 0)
          AND NOT EXISTS (
            SELECT 1 FROM outbox o WHERE o.tenant_id = h.tenant_id AND o.topic = 'audit.sign_checkpoint')
        RETURNING 1
    )
    SELECT count(*) FROM called
$$;

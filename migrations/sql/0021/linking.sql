-- Every tenant has its chain's head from the first, so that whoever links can tell a held head from one that is not there.
CREATE FUNCTION make_audit_head() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_heads (tenant_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

-- Up to 1,000 waiting events of a tenant, in the order in which they came. The head is taken first: whatever somebody else
-- is linking is in the chain then, or waits again, and the next statement sees which. Where nothing waits, nothing is held.
CREATE OR REPLACE FUNCTION link_waiting_of(a_tenant uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting record;
    linked bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM audit_waiting w WHERE w.tenant_id = a_tenant) THEN
        RETURN 0;
    END IF;
    PERFORM FROM audit_heads h WHERE h.tenant_id = a_tenant FOR UPDATE;
    FOR waiting IN
        WITH due AS (
            SELECT w.position FROM audit_waiting w WHERE w.tenant_id = a_tenant ORDER BY w.position LIMIT 1000
        ), taken AS (
            DELETE FROM audit_waiting w USING due WHERE w.position = due.position
            RETURNING w.position, w.event_id, w.event_hash
        )
        SELECT * FROM taken ORDER BY position
    LOOP
        PERFORM append_audit_link(a_tenant, waiting.event_id, waiting.event_hash);
        linked := linked + 1;
    END LOOP;
    RETURN linked;
END
$$;

-- As `link_waiting_of`, for whoever links for many tenants: null where somebody else holds the head, who is not waited for.
CREATE FUNCTION link_waiting_unless_held(a_tenant uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM audit_heads h WHERE h.tenant_id = a_tenant FOR UPDATE SKIP LOCKED;
    RETURN CASE WHEN FOUND THEN link_waiting_of(a_tenant) END;
END
$$;

-- The tenants of whom events wait, each found by one look into the index, however many of its events wait.
CREATE FUNCTION list_waiting_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
    WITH RECURSIVE found AS (
        (SELECT w.tenant_id FROM audit_waiting w ORDER BY w.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT w.tenant_id FROM audit_waiting w WHERE w.tenant_id > f.tenant_id ORDER BY w.tenant_id LIMIT 1)
        FROM found f WHERE f.tenant_id IS NOT NULL
    )
    SELECT f.tenant_id FROM found f WHERE f.tenant_id IS NOT NULL
$$;

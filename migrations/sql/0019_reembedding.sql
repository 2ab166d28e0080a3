-- Documents whose vectors are not in the current embedding space are embedded again in the background, from their stored
-- chunks. workers.maintenance.reembedding does this.

-- One row per tenant with such documents. The worker that has the lease works on the tenant. `token` is its fencing
-- token: each write checks it. `last_document` is the document that was worked on last.
CREATE TABLE reembeddings (
    tenant_id uuid CONSTRAINT pk_reembeddings PRIMARY KEY,
    called_at timestamptz NOT NULL,
    token uuid,
    lease_expires_at timestamptz,
    last_document uuid,
    failures integer NOT NULL DEFAULT 0,
    error_code text,
    CONSTRAINT fk_reembeddings_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- The new vectors of a document, before all of them are there: a row per page of consecutive chunks. `input_digest` is
-- the digest of what the vectors were computed from. No search reads these rows.
CREATE TABLE reembedded_pages (
    document_id uuid NOT NULL,
    space_id integer NOT NULL,
    first_ordinal integer NOT NULL,
    tenant_id uuid NOT NULL,
    input_digest text NOT NULL,
    embeddings halfvec[] NOT NULL,
    CONSTRAINT pk_reembedded_pages PRIMARY KEY (document_id, space_id, first_ordinal),
    CONSTRAINT fk_reembedded_pages_document_id FOREIGN KEY (document_id)
        REFERENCES indexed_documents (document_id) ON DELETE CASCADE,
    CONSTRAINT fk_reembedded_pages_space_id FOREIGN KEY (space_id) REFERENCES embedding_spaces (id)
);

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{reembeddings, reembedded_pages}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO footnote_worker', name);
        EXECUTE format('CREATE POLICY worker_all ON %I TO footnote_worker '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON reembeddings TO footnote_definer;
CREATE POLICY definer_all ON reembeddings TO footnote_definer USING (true) WITH CHECK (true);
GRANT SELECT ON embedding_spaces TO footnote_definer;
GRANT SELECT (document_id, space_id, tenant_id) ON chunk_signatures TO footnote_definer;
CREATE POLICY definer_counts ON chunk_signatures FOR SELECT TO footnote_definer USING (true);
CREATE POLICY definer_call_reembedding ON outbox FOR INSERT TO footnote_definer
    WITH CHECK (topic = 'retrieval.reembed_documents');

-- Returns the id of the current embedding space; null while several are active, which `footnote database upgrade` ends.
CREATE FUNCTION current_space() RETURNS integer LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE count(*) WHEN 1 THEN min(s.id) END FROM embedding_spaces s WHERE s.status = 'active'
$$;
REVOKE ALL ON FUNCTION current_space() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_space() TO footnote_worker, footnote_definer;

SET LOCAL ROLE footnote_definer;

-- Queues a task for each tenant with documents in other spaces, unless a worker has the tenant's lease, or the last task
-- was queued less than `again_seconds` ago. The interval doubles with each failure, up to 32 times. Deleted documents,
-- which have class 0, are left as they are. Several relays may call this function at the same time. Returns the number
-- of queued tasks.
CREATE FUNCTION call_reembeddings(again_seconds double precision) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH called AS (
        INSERT INTO reembeddings AS r (tenant_id, called_at)
        SELECT t.id, now() FROM tenants t
        WHERE current_space() IS NOT NULL AND EXISTS (
            SELECT 1 FROM embedding_spaces s
            JOIN chunk_signatures c ON c.space_id = s.id AND c.tenant_id = t.id
            JOIN indexed_documents i ON i.document_id = c.document_id AND i.access_class_id <> 0
            WHERE s.id <> current_space())
        ON CONFLICT (tenant_id) DO UPDATE SET called_at = now()
            WHERE (r.lease_expires_at IS NULL OR r.lease_expires_at <= now())
              AND r.called_at <= now() - make_interval(secs => again_seconds * 2 ^ LEAST(r.failures, 5))
        RETURNING r.tenant_id
    ), sent AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT c.tenant_id, 'retrieval.reembed_documents',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', c.tenant_id)),
            now(), now()
        FROM called c
    )
    SELECT count(*) FROM called
$$;

-- Returns whether any tenant has a stage that a worker could run now.
CREATE FUNCTION has_due_stage() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM stages s WHERE s.status = 'pending' AND s.available_at <= now())
$$;

-- Returns over all tenants: the searchable documents with chunks, those whose vectors are in another space than the
-- current one, the number of tenants whose last attempt failed, and the code of one of their errors.
CREATE FUNCTION reembedding_state()
RETURNS TABLE (space_id integer, documents bigint, outdated bigint, failing bigint, error_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT current_space(), d.documents, d.outdated, f.failing, f.error_code
    FROM (
        SELECT count(DISTINCT c.document_id), count(DISTINCT c.document_id) FILTER (WHERE c.space_id <> current_space())
        FROM chunk_signatures c JOIN indexed_documents i ON i.document_id = c.document_id AND i.access_class_id <> 0
    ) d (documents, outdated),
    (SELECT count(*), min(r.error_code) FROM reembeddings r WHERE r.failures > 0) f (failing, error_code)
$$;

REVOKE ALL ON FUNCTION call_reembeddings(double precision), has_due_stage(), reembedding_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_reembeddings(double precision) TO footnote_relay;
GRANT EXECUTE ON FUNCTION has_due_stage() TO footnote_worker;
GRANT EXECUTE ON FUNCTION reembedding_state() TO footnote_owner;

RESET ROLE;

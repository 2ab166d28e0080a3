-- The reading of what is already published by a schema, and which mentions a user has read.

-- A schema by which published documents are read, a few at a time. `after_id` is the last document that got a task.
CREATE TABLE schema_readings (
    schema_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    after_id uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_schema_readings PRIMARY KEY (schema_id),
    CONSTRAINT fk_schema_readings_tenant_id_schema_id FOREIGN KEY (tenant_id, schema_id)
        REFERENCES schemas (tenant_id, id) ON DELETE CASCADE
);

-- A comment that its reader, whom it mentions, has opened.
CREATE TABLE mention_reads (
    user_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    read_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_mention_reads PRIMARY KEY (user_id, comment_id),
    CONSTRAINT fk_mention_reads_comment_id FOREIGN KEY (comment_id) REFERENCES field_comments (id) ON DELETE CASCADE,
    CONSTRAINT fk_mention_reads_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{schema_readings, mention_reads}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;
-- `FROM field_comments` returns only comments that the principal may read.
GRANT SELECT, INSERT ON mention_reads TO footnote_api;
CREATE POLICY api_read ON mention_reads FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_insert ON mention_reads FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal())
        AND EXISTS (SELECT 1 FROM field_comments c WHERE c.id = mention_reads.comment_id
            AND (SELECT current_principal()) = ANY (c.mentions)));
CREATE POLICY definer_all ON schema_readings TO footnote_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON schema_readings TO footnote_definer;
GRANT INSERT ON review_tasks TO footnote_definer;
-- A schema's type may be that of many documents; those without a task are found by their ID.
CREATE INDEX ix_documents_published ON documents (tenant_id, id) WHERE deleted_at IS NULL AND current_version_id IS NOT NULL;

SET LOCAL ROLE footnote_definer;

-- Lets published documents of a schema's types get tasks, also those that the principal may not see. It returns nothing,
-- so that it does not tell how many there are.
CREATE FUNCTION read_published(schema uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO schema_readings (schema_id, tenant_id, made_by)
    SELECT s.id, s.tenant_id, current_principal() FROM schemas s
    WHERE s.id = schema AND s.tenant_id = (SELECT current_tenant()) AND s.archived_at IS NULL
      AND (principal_reviews() OR principal_is_engineer())
    ON CONFLICT (schema_id) DO UPDATE SET after_id = '00000000-0000-0000-0000-000000000000'
$$;

-- Makes tasks for published documents, so many that a tenant has at most `most` tasks that wait to be read. Other readings
-- go first, as they add theirs at once. Returns the number of new tasks.
CREATE FUNCTION call_schema_readings(most int) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r record;
    free int;
    seen record;
    made bigint;
    total bigint := 0;
BEGIN
    FOR r IN SELECT e.*, s.version, s.document_types, s.archived_at FROM schema_readings e JOIN schemas s ON s.id = e.schema_id
            ORDER BY e.made_at LIMIT 100 FOR UPDATE OF e SKIP LOCKED LOOP
        free := most - (SELECT count(*) FROM (SELECT 1 FROM review_tasks t
            WHERE t.tenant_id = r.tenant_id AND t.state IN ('queued', 'reading') LIMIT most) waiting);
        CONTINUE WHEN free <= 0;
        WITH next AS (
            SELECT d.id, d.current_version_id FROM documents d
            WHERE d.tenant_id = r.tenant_id AND d.deleted_at IS NULL AND d.current_version_id IS NOT NULL
              AND d.id > r.after_id AND d.document_type = ANY (r.document_types) AND r.archived_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM review_tasks t
                  WHERE t.version_id = d.current_version_id AND t.schema_id = r.schema_id)
            ORDER BY d.id LIMIT free
        ), older AS (
            UPDATE review_tasks t SET state = 'superseded' FROM next n
            WHERE t.document_id = n.id AND t.schema_id = r.schema_id AND t.state <> 'superseded'
        ), added AS (
            INSERT INTO review_tasks (id, tenant_id, document_id, version_id, schema_id, schema_version, state,
                available_at, called_at, created_by, created_at, changed_at)
            SELECT gen_random_uuid(), r.tenant_id, n.id, n.current_version_id, r.schema_id, r.version, 'queued', now(),
                now(), r.made_by, now(), now()
            FROM next n ON CONFLICT (version_id, schema_id) DO NOTHING RETURNING id
        ), sent AS (
            INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
            SELECT r.tenant_id, 'review.read_fields',
                jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                    'arguments', jsonb_build_object('tenant_id', r.tenant_id, 'task_id', a.id)),
                now(), now()
            FROM added a
        )
        SELECT count(*) AS documents, (SELECT n.id FROM next n ORDER BY n.id DESC LIMIT 1) AS last_id,
            (SELECT count(*) FROM added) AS tasks INTO seen FROM next;
        total := total + seen.tasks;
        IF seen.documents < free THEN
            DELETE FROM schema_readings e WHERE e.schema_id = r.schema_id;
        ELSE
            UPDATE schema_readings e SET after_id = seen.last_id WHERE e.schema_id = r.schema_id;
        END IF;
    END LOOP;
    RETURN total;
END
$$;

REVOKE ALL ON FUNCTION read_published(uuid), call_schema_readings(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_published(uuid) TO footnote_api;
GRANT EXECUTE ON FUNCTION call_schema_readings(int) TO footnote_relay;

RESET ROLE;

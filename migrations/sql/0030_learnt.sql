-- What corrections of editors teach the reader (app/review/learnt). Lessons are derived from decisions when they are
-- needed. These rows say which were withdrawn, and which tasks have to be read again.

-- A decision that teaches nothing any more.
CREATE TABLE lesson_withdrawals (
    field_id uuid NOT NULL,
    revision integer NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_lesson_withdrawals PRIMARY KEY (field_id, revision),
    CONSTRAINT fk_lesson_withdrawals_tenant_id_field_id FOREIGN KEY (tenant_id, field_id)
        REFERENCES fields (tenant_id, id) ON DELETE CASCADE
);

-- An issuer and an access class whose lessons have changed. The relay marks their open tasks, and deletes the row.
CREATE TABLE lessons_due (
    id bigint GENERATED ALWAYS AS IDENTITY,
    tenant_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    access_class_id integer NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_lessons_due PRIMARY KEY (id),
    CONSTRAINT fk_lessons_due_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- `stale_since`: since when what the task's fields were read by may have changed; null if nothing has.
ALTER TABLE review_tasks ADD COLUMN stale_since timestamptz;
CREATE INDEX ix_review_tasks_stale ON review_tasks (called_at) WHERE stale_since IS NOT NULL;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{lesson_withdrawals, lessons_due}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;
CREATE POLICY worker_all ON lesson_withdrawals TO footnote_worker
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT ON lesson_withdrawals TO footnote_worker, footnote_api;
GRANT INSERT ON lesson_withdrawals TO footnote_api;
CREATE POLICY api_read ON lesson_withdrawals FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM documents d WHERE d.id = lesson_withdrawals.document_id));
CREATE POLICY api_insert ON lesson_withdrawals FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND made_by = (SELECT current_principal())
        AND (SELECT principal_reviews()) AND EXISTS (SELECT 1 FROM fields f
            JOIN documents d ON d.id = f.document_id
            WHERE f.id = lesson_withdrawals.field_id AND f.document_id = lesson_withdrawals.document_id
              AND d.access_class_id = ANY ((SELECT editable_classes())::int[])));
CREATE POLICY definer_all ON lessons_due TO footnote_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON lessons_due TO footnote_definer;

SET LOCAL ROLE footnote_definer;

-- Notes that the lessons from a document have changed. For a document that the principal may not edit, it does nothing.
CREATE FUNCTION note_lesson(document uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO lessons_due (tenant_id, issuer_id, access_class_id)
    SELECT d.tenant_id, d.issuer_id, d.access_class_id FROM documents d
    WHERE d.id = document AND d.tenant_id = (SELECT current_tenant()) AND d.deleted_at IS NULL
      AND d.issuer_id IS NOT NULL AND principal_reviews() AND d.access_class_id = ANY (classes_at(2))
$$;

-- Notes it for a document that gets other readers or another issuer, or is deleted: what it taught no longer applies.
CREATE FUNCTION note_moved_lessons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM fields f WHERE f.document_id = NEW.id AND f.in_force IS NOT NULL) THEN
        INSERT INTO lessons_due (tenant_id, issuer_id, access_class_id)
            SELECT DISTINCT r.tenant_id, r.issuer_id, r.access_class_id
            FROM (VALUES (OLD.tenant_id, OLD.issuer_id, OLD.access_class_id),
                (NEW.tenant_id, NEW.issuer_id, NEW.access_class_id)) r (tenant_id, issuer_id, access_class_id)
            WHERE r.issuer_id IS NOT NULL;
    END IF;
    RETURN NULL;
END
$$;

-- Marks the open tasks whose lessons have changed, and queues the reading of marked tasks that no worker has read since.
-- Returns the number of queued tasks.
CREATE FUNCTION call_field_rereadings(again_seconds double precision, batch int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        DELETE FROM lessons_due l WHERE l.id IN (
            SELECT e.id FROM lessons_due e ORDER BY e.id LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING l.tenant_id, l.issuer_id, l.access_class_id
    ), touched AS (
        SELECT t.id FROM review_tasks t JOIN documents d ON d.id = t.document_id
        WHERE t.state = 'open' AND (d.tenant_id, d.issuer_id, d.access_class_id) IN (SELECT * FROM due)
    ), waiting AS (
        SELECT t.id FROM review_tasks t
        WHERE t.stale_since IS NOT NULL AND t.called_at <= now() - make_interval(secs => again_seconds)
        ORDER BY t.called_at LIMIT batch
    ), locked AS (
        SELECT t.id FROM review_tasks t
        WHERE t.id IN (SELECT id FROM touched UNION SELECT id FROM waiting) ORDER BY t.id FOR UPDATE
    ), called AS (
        UPDATE review_tasks t SET called_at = now(),
            stale_since = CASE WHEN t.id IN (SELECT id FROM touched) THEN clock_timestamp() ELSE t.stale_since END
        FROM locked l WHERE t.id = l.id RETURNING t.id, t.tenant_id
    ), sent AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT c.tenant_id, 'review.read_fields',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', c.tenant_id, 'task_id', c.id)),
            now(), now()
        FROM called c
    )
    SELECT count(*) FROM called
$$;

REVOKE ALL ON FUNCTION note_lesson(uuid), note_moved_lessons(), call_field_rereadings(double precision, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_lesson(uuid) TO footnote_api;
GRANT EXECUTE ON FUNCTION note_moved_lessons() TO footnote_owner;
GRANT EXECUTE ON FUNCTION call_field_rereadings(double precision, int) TO footnote_relay;

RESET ROLE;

CREATE TRIGGER note_moved_lessons AFTER UPDATE ON documents FOR EACH ROW
    WHEN ((OLD.access_class_id, OLD.issuer_id) IS DISTINCT FROM (NEW.access_class_id, NEW.issuer_id))
    EXECUTE FUNCTION note_moved_lessons();

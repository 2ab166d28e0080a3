SET LOCAL ROLE footnote_definer;

-- Counts the open fields of a task again. A task without open fields is done. One whose fields were just read is open.
CREATE OR REPLACE FUNCTION refresh_task(task uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    former review_tasks%ROWTYPE;
    following text;
    counted record;
BEGIN
    SELECT * INTO former FROM review_tasks t WHERE t.id = task FOR UPDATE;
    SELECT count(*) AS total, count(*) FILTER (WHERE is_open) AS open,
            COALESCE(max(f.risk) FILTER (WHERE is_open), 0) AS priority INTO counted
        FROM (SELECT risk, differs OR status NOT IN ('approved', 'absent', 'rejected') AS is_open
            FROM fields WHERE task_id = task AND removed_at IS NULL) f;
    following := CASE WHEN former.state NOT IN ('open', 'done', 'reading') THEN former.state
        WHEN counted.open = 0 THEN 'done' ELSE 'open' END;
    UPDATE review_tasks t SET fields_total = counted.total, fields_open = counted.open, priority = counted.priority,
            state = following, changed_at = clock_timestamp(),
            done_at = CASE WHEN following = 'done' THEN COALESCE(t.done_at, clock_timestamp()) END
        WHERE t.id = task;
    IF following <> former.state THEN
        INSERT INTO changes (tenant_id, kind, document_id, object_id, payload)
            VALUES (former.tenant_id, 'task.' || CASE following WHEN 'open' THEN 'opened' ELSE following END,
                former.document_id, task, jsonb_build_object('task_id', task, 'schema_id', former.schema_id));
    END IF;
END
$$;

-- Queues the reading of all tasks of a schema that were read by an earlier version of it, also of those that the
-- principal may not see. It returns nothing, so that it does not tell how many there are.
CREATE FUNCTION requeue_tasks(schema uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH called AS (
        UPDATE review_tasks t SET state = 'queued', schema_version = s.version, attempts = 0, error_code = NULL,
            error_detail = NULL, available_at = now(), called_at = now(), changed_at = now()
        FROM schemas s
        WHERE s.id = schema AND s.tenant_id = (SELECT current_tenant()) AND t.schema_id = s.id
          AND t.schema_version < s.version AND t.state <> 'superseded'
          AND (principal_reviews() OR principal_is_engineer())
        RETURNING t.id, t.tenant_id
    )
    INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
    SELECT c.tenant_id, 'review.read_fields',
        jsonb_build_object('queue', 'maintenance', 'trace', NULL,
            'arguments', jsonb_build_object('tenant_id', c.tenant_id, 'task_id', c.id)),
        now(), now()
    FROM called c
$$;

REVOKE ALL ON FUNCTION requeue_tasks(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION requeue_tasks(uuid) TO footnote_api;

RESET ROLE;

-- `requeue_tasks` reads the versions of schemas.
GRANT SELECT ON schemas TO footnote_definer;
CREATE POLICY definer_read ON schemas FOR SELECT TO footnote_definer USING (true);

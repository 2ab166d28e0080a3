SET LOCAL ROLE footnote_definer;

-- Queues the reading of all tasks of a schema that were read by an earlier version of it, also of those that the
-- principal may not see. It returns nothing, so that it does not tell how many there are. It locks the tasks in the
-- order of their IDs, as bulk approvals do: two transactions that lock the same tasks in different orders would wait
-- for each other.
CREATE OR REPLACE FUNCTION requeue_tasks(schema uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT t.id, s.version FROM review_tasks t JOIN schemas s ON s.id = t.schema_id
        WHERE s.id = schema AND s.tenant_id = (SELECT current_tenant())
          AND t.schema_version < s.version AND t.state <> 'superseded'
          AND (principal_reviews() OR principal_is_engineer())
        ORDER BY t.id FOR UPDATE OF t
    ), called AS (
        UPDATE review_tasks t SET state = 'queued', schema_version = due.version, attempts = 0, error_code = NULL,
            error_detail = NULL, available_at = now(), called_at = now(), changed_at = now()
        FROM due WHERE t.id = due.id
        RETURNING t.id, t.tenant_id
    )
    INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
    SELECT c.tenant_id, 'review.read_fields',
        jsonb_build_object('queue', 'maintenance', 'trace', NULL,
            'arguments', jsonb_build_object('tenant_id', c.tenant_id, 'task_id', c.id)),
        now(), now()
    FROM called c
$$;

RESET ROLE;

-- Functions on the jobs of all tenants, for the relay and for metrics.

SET LOCAL ROLE footnote_definer;

-- Sets the status of stages with an expired lease to 'pending', and sends a new message for them. Also sends a new
-- message for pending stages that no worker has claimed in time. The interval between messages of a stage doubles with
-- each message, up to 128 times the first interval, so that a long queue contains few duplicates. Returns the numbers
-- of expired and of unclaimed stages.
CREATE FUNCTION sweep_stages(wake_again_seconds double precision, batch int)
RETURNS TABLE (expired bigint, woken bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT s.id, s.status FROM stages s
        WHERE s.status IN ('pending', 'leased') AND s.wake_at <= now()
        ORDER BY s.wake_at LIMIT batch FOR UPDATE SKIP LOCKED
    ), called AS (
        UPDATE stages s SET
            status = 'pending',
            lease_owner = NULL,
            lease_expires_at = NULL,
            available_at = CASE WHEN due.status = 'leased' THEN now() ELSE s.available_at END,
            wakes = CASE WHEN due.status = 'leased' THEN 1 ELSE s.wakes + 1 END,
            wake_at = now() + make_interval(secs => wake_again_seconds *
                CASE WHEN due.status = 'leased' THEN 1 ELSE 2 ^ LEAST(s.wakes + 1, 7) END)
        FROM due WHERE s.id = due.id
        RETURNING s.id, s.tenant_id, s.run_id, s.queue, due.status AS before
    ), sent AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT c.tenant_id, 'jobs.run_stage',
            jsonb_build_object('queue', c.queue, 'trace', r.trace_context,
                'arguments', jsonb_build_object('tenant_id', c.tenant_id, 'stage_id', c.id)),
            now(), now()
        FROM called c JOIN runs r ON r.id = c.run_id
    )
    SELECT count(*) FILTER (WHERE before = 'leased'), count(*) FILTER (WHERE before = 'pending') FROM called
$$;

-- Queues a task for each tenant, unless the tenant already has a queued task of this kind. The task deletes blobs
-- without references. Several relays may call this function at the same time. Returns the number of queued tasks.
CREATE FUNCTION call_collectors() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH called AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT t.id, 'storage.collect_blobs',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', t.id)),
            now(), now()
        FROM tenants t
        WHERE NOT EXISTS (
            SELECT 1 FROM outbox o WHERE o.tenant_id = t.id AND o.topic = 'storage.collect_blobs')
        RETURNING 1
    )
    SELECT count(*) FROM called
$$;

-- Returns the amount of waiting work, summed over all tenants.
CREATE FUNCTION system_state()
RETURNS TABLE (kind text, label text, amount double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'outbox', 'pending', count(*)::double precision FROM outbox
    UNION ALL
    SELECT 'outbox', 'oldest_seconds', COALESCE(EXTRACT(EPOCH FROM now() - min(created_at)), 0)::double precision
        FROM outbox
    UNION ALL
    SELECT 'runs', status, count(*)::double precision FROM runs
        WHERE status IN ('queued', 'running') GROUP BY status
    UNION ALL
    SELECT 'stages', queue, count(*)::double precision FROM stages WHERE status = 'pending' GROUP BY queue
$$;

REVOKE ALL ON FUNCTION sweep_stages(double precision, int), call_collectors(), system_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_stages(double precision, int), call_collectors(), system_state()
    TO footnote_api, footnote_worker, footnote_relay, footnote_owner;

RESET ROLE;

-- Fair shares: which stage a worker runs next, so that no tenant's documents wait for all documents of another tenant.

ALTER TABLE tenants ADD weight integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_tenants_weight CHECK (weight BETWEEN 1 AND 100) NOT VALID;
ALTER TABLE runs ADD priority smallint NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_runs_priority CHECK (priority BETWEEN 0 AND 2) NOT VALID;
ALTER TABLE stages ADD priority smallint NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_stages_priority CHECK (priority BETWEEN 0 AND 2) NOT VALID;

-- A row per queue and tenant: how many stages of the tenant were started, and when the last one was.
CREATE TABLE stage_turns (
    queue text NOT NULL,
    tenant_id uuid NOT NULL,
    turns bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT pk_stage_turns PRIMARY KEY (queue, tenant_id),
    CONSTRAINT fk_stage_turns_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
ALTER TABLE stage_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE stage_turns FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON stage_turns TO footnote_owner
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT, UPDATE ON stage_turns TO footnote_definer;
CREATE POLICY definer_all ON stage_turns TO footnote_definer USING (true) WITH CHECK (true);

SET LOCAL ROLE footnote_definer;

-- Chooses and locks the stage of a queue that a worker should run next; returns no row if none is due. It chooses
--   1. the tenant with the fewest running stages in this queue, counted in multiples of its weight;
--   2. of these, the one that has waited longest since its last turn. The wait of a tenant of weight 3 counts triple.
--      The wait of every tenant grows until it is served, so each gets a turn, however many others have work;
--   3. of its stages, the one with the best priority, and of these the one that has been due longest. Every tenth turn
--      goes to the stage that has been due longest, whatever its priority, so every stage gets a turn.
-- Stages that another worker is claiming are skipped. The cost grows with the number of tenants that have pending
-- stages, and not with the number of stages: each tenant takes a few look-ups in ix_stages_pending.
--
-- Sequential scans are off, because a worker's session may have planned these queries while the tables were empty.
CREATE FUNCTION choose_stage(of_queue text) RETURNS TABLE (chosen_tenant uuid, chosen_stage uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    candidate record;
    level record;
BEGIN
    FOR candidate IN
        WITH RECURSIVE waiting (id) AS (
            (SELECT s.tenant_id FROM stages s WHERE s.status = 'pending' AND s.queue = of_queue
                ORDER BY s.tenant_id LIMIT 1)
            UNION ALL
            SELECT (SELECT s.tenant_id FROM stages s
                WHERE s.status = 'pending' AND s.queue = of_queue AND s.tenant_id > w.id
                ORDER BY s.tenant_id LIMIT 1)
            FROM waiting w WHERE w.id IS NOT NULL
        ), running AS (
            SELECT s.tenant_id AS id, count(*) AS stages FROM stages s
            WHERE s.status = 'leased' AND s.queue = of_queue GROUP BY s.tenant_id
        )
        SELECT w.id, t.turns
        FROM waiting w
        JOIN tenants n ON n.id = w.id
        LEFT JOIN running r ON r.id = w.id
        LEFT JOIN stage_turns t ON t.queue = of_queue AND t.tenant_id = w.id
        ORDER BY COALESCE(r.stages, 0) / n.weight, (now() - t.taken_at) * n.weight DESC NULLS FIRST, w.id
    LOOP
        FOR level IN
            SELECT p.priority
            FROM generate_series(0, 2) p (priority)
            CROSS JOIN LATERAL (SELECT s.available_at FROM stages s
                WHERE s.status = 'pending' AND s.queue = of_queue AND s.tenant_id = candidate.id
                    AND s.priority = p.priority AND s.available_at <= now()
                ORDER BY s.available_at LIMIT 1) first
            ORDER BY CASE WHEN candidate.turns % 10 = 9 THEN first.available_at END, p.priority
        LOOP
            SELECT s.tenant_id, s.id INTO chosen_tenant, chosen_stage FROM stages s
                WHERE s.status = 'pending' AND s.queue = of_queue AND s.tenant_id = candidate.id
                    AND s.priority = level.priority AND s.available_at <= now()
                ORDER BY s.available_at LIMIT 1 FOR UPDATE SKIP LOCKED;
            CONTINUE WHEN NOT FOUND;
            -- If another worker is recording a turn of this tenant, do not wait for it: both turns are at the same time.
            IF candidate.turns IS NULL THEN
                INSERT INTO stage_turns VALUES (of_queue, candidate.id, 1, now()) ON CONFLICT DO NOTHING;
            ELSE
                UPDATE stage_turns t SET turns = t.turns + 1, taken_at = now()
                    WHERE t.queue = of_queue AND t.tenant_id = (SELECT u.tenant_id FROM stage_turns u
                        WHERE u.queue = of_queue AND u.tenant_id = candidate.id FOR UPDATE SKIP LOCKED);
            END IF;
            RETURN NEXT;
            RETURN;
        END LOOP;
    END LOOP;
END
$$;

-- Lets the sweeper send new messages for stages of a queue that have been due for `after_seconds`, however late their
-- next message would be. Returns the number of stages, at most `batch`.
CREATE FUNCTION wake_stages(of_queue text, after_seconds double precision, batch int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT s.id FROM stages s
        WHERE s.status = 'pending' AND s.queue = of_queue AND s.wake_at > now()
            AND s.available_at <= now() - make_interval(secs => after_seconds)
        LIMIT batch FOR UPDATE SKIP LOCKED
    ), woken AS (
        UPDATE stages s SET wake_at = now() FROM due WHERE s.id = due.id RETURNING 1
    )
    SELECT count(*) FROM woken
$$;

REVOKE ALL ON FUNCTION choose_stage(text), wake_stages(text, double precision, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION choose_stage(text) TO footnote_worker;
GRANT EXECUTE ON FUNCTION wake_stages(text, double precision, int) TO footnote_relay;

RESET ROLE;

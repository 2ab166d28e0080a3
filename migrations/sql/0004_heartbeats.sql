-- Heartbeats of Footnote's processes, and how long stages wait. Monitoring reads both; they say nothing about tenants.

-- The last sign of life of each part of each process. `part` is api, relay, scheduler or worker, or the name of a queue
-- on whose stages a worker works. The table is unlogged: a heartbeat writes no WAL, and a crash of the server may empty
-- the table.
CREATE UNLOGGED TABLE heartbeats (
    part text NOT NULL,
    instance text NOT NULL,
    beat_at timestamptz NOT NULL,
    trouble text,
    CONSTRAINT pk_heartbeats PRIMARY KEY (part, instance)
);
ALTER TABLE heartbeats ENABLE ROW LEVEL SECURITY;
ALTER TABLE heartbeats FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON heartbeats TO footnote_definer;
CREATE POLICY definer_all ON heartbeats TO footnote_definer USING (true) WITH CHECK (true);

SET LOCAL ROLE footnote_definer;

-- Records heartbeats of one process. `ages` are the seconds since each part last worked; the processes of a worker share
-- an instance, so the newest heartbeat counts. Heartbeats of instances that ended are deleted after an hour.
CREATE FUNCTION record_heartbeats(of_instance text, parts text[], ages double precision[], troubles text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM heartbeats WHERE beat_at < now() - interval '1 hour';
    INSERT INTO heartbeats AS known (part, instance, beat_at, trouble)
    SELECT beat.part, of_instance, now() - make_interval(secs => beat.age), beat.trouble
    FROM unnest(parts, ages, troubles) AS beat (part, age, trouble)
    ON CONFLICT (part, instance) DO UPDATE
    SET beat_at = GREATEST(known.beat_at, excluded.beat_at), trouble = excluded.trouble;
$$;

-- Returns the newest heartbeat of each part of each instance.
CREATE FUNCTION list_heartbeats()
RETURNS TABLE (part text, instance text, age_seconds double precision, trouble text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.part, h.instance, EXTRACT(EPOCH FROM now() - h.beat_at)::double precision, h.trouble
    FROM heartbeats h ORDER BY h.part, h.beat_at DESC
$$;

-- Returns, for each kind of stage of all tenants, how many stages are due and how long the first of them has waited.
CREATE FUNCTION list_stage_waits()
RETURNS TABLE (stage text, queue text, waiting bigint, oldest_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.name, s.queue, count(*), EXTRACT(EPOCH FROM now() - min(s.available_at))::double precision
    FROM stages s WHERE s.status = 'pending' AND s.available_at <= now()
    GROUP BY s.name, s.queue ORDER BY s.name
$$;

REVOKE ALL ON FUNCTION record_heartbeats(text, text[], double precision[], text[]), list_heartbeats(),
    list_stage_waits() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_heartbeats(text, text[], double precision[], text[])
    TO footnote_api, footnote_worker, footnote_relay;
GRANT EXECUTE ON FUNCTION list_heartbeats(), list_stage_waits() TO footnote_api, footnote_owner;

RESET ROLE;

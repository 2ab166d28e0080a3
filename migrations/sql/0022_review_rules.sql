-- The rules of review that no code can evade: who may let a value stand, and what a revision does to its field.

GRANT SELECT, UPDATE ON review_tasks, fields TO footnote_definer;
GRANT SELECT ON field_revisions, field_comments TO footnote_definer;
GRANT INSERT ON changes TO footnote_definer;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{review_tasks, fields, field_revisions, field_comments, changes}'::text[] LOOP
        EXECUTE format('CREATE POLICY definer_all ON %I TO footnote_definer USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
CREATE POLICY definer_read_fields ON outbox FOR INSERT TO footnote_definer WITH CHECK (topic = 'review.read_fields');

SET LOCAL ROLE footnote_definer;

-- Returns whether the principal may decide on fields of documents that the principal may edit.
CREATE FUNCTION principal_reviews() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT principal_holds('{editor,approver}')
$$;

CREATE FUNCTION principal_approves() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT principal_holds('{approver}') $$;

-- Returns the users who review, also those who no longer do: an editor assigns tasks to them, mentions them, and sees
-- who decided.
CREATE FUNCTION list_reviewers() RETURNS TABLE (id uuid, name text, is_active boolean, approves boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.name, u.disabled_at IS NULL AND u.deleted_at IS NULL, u.roles && '{approver}'
    FROM users u
    WHERE u.tenant_id = (SELECT current_tenant()) AND u.roles && '{editor,approver}'
      AND principal_holds('{editor,approver,engineer,admin,auditor}')
$$;

-- Returns whether two persons have read a field in a round. The newest reading of a person counts; one that was undone
-- does not.
CREATE FUNCTION is_read_twice(field uuid, of_round int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) > 1 FROM (
        SELECT DISTINCT ON (r.made_by) r.action FROM field_revisions r
        WHERE r.field_id = field AND r.round = of_round AND r.sealed
        ORDER BY r.made_by, r.number DESC) newest
    WHERE newest.action <> 'undo'
$$;

-- Completes a revision, and rejects it if it lets a value stand that only one person stands behind where two must.
CREATE FUNCTION file_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    field fields%ROWTYPE;
    newest field_revisions%ROWTYPE;
    restored field_revisions%ROWTYPE;
    strictness text[] := '{one,sample,two,blind}';
BEGIN
    SELECT * INTO field FROM fields f WHERE f.id = NEW.field_id AND f.tenant_id = (SELECT current_tenant()) FOR UPDATE;
    SELECT * INTO newest FROM field_revisions r WHERE r.field_id = NEW.field_id ORDER BY r.number DESC LIMIT 1;
    NEW.document_id := field.document_id;
    NEW.task_id := field.task_id;
    NEW.number := COALESCE(newest.number, 0) + 1;
    NEW.made_at := GREATEST(clock_timestamp(), newest.made_at + interval '1 microsecond');
    IF NEW.sealed THEN
        NEW.before := NULL;
        NEW.in_force := NULL;
        NEW.status := field.status;
        IF NEW.policy <> 'blind' OR NEW.released_by IS NOT NULL THEN
            RAISE EXCEPTION 'only blind readings are sealed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_field_revisions_sealed';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.action = 'undo' THEN
        SELECT p.* INTO restored FROM field_revisions r JOIN field_revisions p
            ON p.field_id = r.field_id AND p.number = r.before
            WHERE r.field_id = NEW.field_id AND r.number = field.at;
        IF restored.number IS NULL THEN
            RAISE EXCEPTION 'there is nothing to undo'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_field_revisions_undo';
        END IF;
        NEW.status := restored.status;
        NEW.answer := restored.answer;
        NEW.value := restored.value;
        NEW.evidence := restored.evidence;
        NEW.policy := restored.policy;
        NEW.author := restored.author;
        NEW.released_by := restored.released_by;
        NEW.sampled := restored.sampled;
        NEW.before := restored.before;
        -- The number of an earlier row would be out of date if that row was undone and decided again.
        NEW.in_force := CASE WHEN restored.in_force = restored.number THEN NEW.number ELSE restored.in_force END;
        RETURN NEW;
    END IF;
    NEW.before := field.at;
    NEW.in_force := CASE
        WHEN NEW.status IN ('approved', 'absent') THEN NEW.number
        WHEN NEW.status = 'rejected' OR NEW.action = 'send-back' THEN NULL
        ELSE field.in_force END;
    IF NEW.action = 'propose' THEN
        IF NEW.made_by <> '00000000-0000-0000-0000-000000000000' OR NEW.status <> 'proposed' THEN
            RAISE EXCEPTION 'only the machine proposes'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_field_revisions_propose';
        END IF;
        RETURN NEW;
    END IF;
    IF array_position(strictness, NEW.policy) < array_position(strictness, field.policy) THEN
        RAISE EXCEPTION 'a policy may only become stricter'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_field_revisions_policy';
    END IF;
    IF NEW.status IN ('approved', 'absent', 'rejected') AND NEW.policy IN ('two', 'blind') AND (
        NEW.author IS NULL OR NEW.author = NEW.made_by OR NEW.released_by IS DISTINCT FROM NEW.made_by
        -- The author gave this answer.
        OR NOT EXISTS (SELECT 1 FROM field_revisions r WHERE r.field_id = NEW.field_id AND r.made_by = NEW.author
            AND r.action IN ('approve', 'correct', 'absent', 'reject')
            AND r.answer = NEW.answer AND r.value IS NOT DISTINCT FROM NEW.value)
        -- The second person is an approver, or has read the field without seeing the first answer.
        OR NOT (principal_approves() OR NEW.action = 'agree' AND is_read_twice(NEW.field_id, NEW.round)
            AND EXISTS (SELECT 1 FROM field_revisions r WHERE r.field_id = NEW.field_id AND r.made_by = NEW.made_by
                AND r.round = NEW.round AND r.sealed))) THEN
        RAISE EXCEPTION 'two persons must agree on this value'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_field_revisions_two_people';
    END IF;
    RETURN NEW;
END
$$;

-- Applies revisions to their fields and tasks, and records the changes. Sealed readings change nothing.
CREATE FUNCTION apply_revisions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM made WHERE NOT sealed) THEN
        RETURN NULL;
    END IF;
    UPDATE fields f SET status = m.status, policy = m.policy, revision = m.number, at = m.number, in_force = m.in_force,
            round = GREATEST(f.round, m.round + CASE WHEN m.action IN ('agree', 'differ') THEN 1 ELSE 0 END), sampled = m.sampled, author = m.author, changed_at = m.made_at,
            differs = f.differs AND m.action = 'propose'
        FROM made m WHERE f.id = m.field_id AND NOT m.sealed;
    PERFORM refresh_task(t.task_id) FROM (SELECT DISTINCT m.task_id FROM made m WHERE NOT m.sealed) t;
    INSERT INTO changes (tenant_id, kind, document_id, object_id, payload)
        SELECT m.tenant_id, 'field.' || CASE m.action WHEN 'propose' THEN 'proposed' ELSE m.status END, m.document_id,
            m.field_id, jsonb_build_object('task_id', m.task_id, 'key', f.key, 'revision', m.number,
                'action', m.action, 'made_by', m.made_by)
        FROM made m JOIN fields f ON f.id = m.field_id WHERE NOT m.sealed ORDER BY m.field_id;
    RETURN NULL;
END
$$;

-- Counts the open fields of a task again. A task without open fields is done.
CREATE FUNCTION refresh_task(task uuid) RETURNS void
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
    following := CASE WHEN former.state NOT IN ('open', 'done') THEN former.state
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

-- Queues the reading of tasks that no worker has claimed in time, or whose worker's lease has expired. Returns the
-- number of queued tasks.
CREATE FUNCTION call_field_readings(again_seconds double precision, batch int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT t.id FROM review_tasks t
        WHERE t.state IN ('queued', 'reading') AND t.available_at <= now()
          AND t.called_at <= now() - make_interval(secs => again_seconds)
          AND (t.read_until IS NULL OR t.read_until <= now())
        ORDER BY t.available_at LIMIT batch FOR UPDATE SKIP LOCKED
    ), called AS (
        UPDATE review_tasks t SET called_at = now() FROM due WHERE t.id = due.id RETURNING t.id, t.tenant_id
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

REVOKE ALL ON FUNCTION principal_reviews(), principal_approves(), list_reviewers(), is_read_twice(uuid, int),
    file_revision(), apply_revisions(), refresh_task(uuid), call_field_readings(double precision, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION principal_reviews(), principal_approves(), list_reviewers(), is_read_twice(uuid, int)
    TO footnote_api;
GRANT EXECUTE ON FUNCTION refresh_task(uuid) TO footnote_worker;
GRANT EXECUTE ON FUNCTION call_field_readings(double precision, int) TO footnote_relay;
-- footnote_owner creates the triggers, and needs the right to execute their functions.
GRANT EXECUTE ON FUNCTION file_revision(), apply_revisions() TO footnote_owner;

RESET ROLE;

CREATE TRIGGER file_revision BEFORE INSERT ON field_revisions FOR EACH ROW EXECUTE FUNCTION file_revision();
CREATE TRIGGER apply_revisions AFTER INSERT ON field_revisions REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION apply_revisions();

-- What a task was at a past moment: also while a decision was being stored, and before a field was removed and came back.

-- When the field was not in its task: a schema left it out, and a later version has it again.
ALTER TABLE fields ADD COLUMN was_away tstzmultirange DEFAULT '{}' NOT NULL;

SET LOCAL ROLE footnote_definer;

-- Waits until no decision on the task is being stored, and returns the time. A decision gets its time while it has the
-- lock of its task and its field. So each decision with an earlier time than the returned one is visible to later
-- transactions, or will never be.
CREATE FUNCTION settle_decisions(task uuid) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM review_tasks t WHERE t.id = task AND t.tenant_id = (SELECT current_tenant()) FOR KEY SHARE;
    PERFORM FROM fields f WHERE f.task_id = task AND f.tenant_id = (SELECT current_tenant()) ORDER BY f.id FOR KEY SHARE;
    RETURN clock_timestamp();
END
$$;

REVOKE ALL ON FUNCTION settle_decisions(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_decisions(uuid) TO footnote_api;

RESET ROLE;

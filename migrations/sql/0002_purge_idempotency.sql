-- The periodic deletion of expired idempotency records.

GRANT SELECT, DELETE ON idempotency_records TO footnote_definer;
-- PostgreSQL lets a role lock a row only if the role may update it. The last policy permits locking rows (USING), but
-- rejects every update (WITH CHECK).
GRANT UPDATE (expires_at) ON idempotency_records TO footnote_definer;
CREATE POLICY definer_read ON idempotency_records FOR SELECT TO footnote_definer USING (expires_at <= now());
CREATE POLICY definer_purge ON idempotency_records FOR DELETE TO footnote_definer USING (expires_at <= now());
CREATE POLICY definer_hold ON idempotency_records FOR UPDATE TO footnote_definer
    USING (expires_at <= now()) WITH CHECK (false);

SET LOCAL ROLE footnote_definer;

-- Deletes up to `batch` expired records of all tenants. Several relays may call this function at the same time. Returns
-- the number of deleted records.
CREATE FUNCTION purge_idempotency_records(batch int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT r.tenant_id, r.user_id, r.key FROM idempotency_records r
        WHERE r.expires_at <= now() ORDER BY r.expires_at LIMIT batch FOR UPDATE SKIP LOCKED
    ), deleted AS (
        DELETE FROM idempotency_records r USING due
        WHERE (r.tenant_id, r.user_id, r.key) = (due.tenant_id, due.user_id, due.key)
        RETURNING 1
    )
    SELECT count(*) FROM deleted
$$;

REVOKE ALL ON FUNCTION purge_idempotency_records(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_idempotency_records(int) TO footnote_relay;

RESET ROLE;

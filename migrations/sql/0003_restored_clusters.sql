-- Caches class lists after a restore, too.
--
-- A dump keeps `made_by`. In a cluster that has used up fewer transaction ids than the dumped one, these ids are in the
-- future. Until the cluster reaches them, `made_by >= horizon` is true for every list, so each transaction would compute
-- its lists again. A row that a transaction can see was made by a finished transaction, whose id is below the snapshot's
-- xmax, or by the transaction itself. Rows with a later id come from a dump: they were there before any list was cached.

SET LOCAL ROLE footnote_definer;

CREATE OR REPLACE FUNCTION kept_lists(tenant uuid, person uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.lists FROM learned_classes l,
        LATERAL (SELECT GREATEST(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())) here(last)
    WHERE l.tenant_id = tenant AND l.user_id = person AND l.valid_until > now()
      AND l.cluster = (SELECT c.system_identifier FROM pg_control_system() c)
      AND NOT EXISTS (SELECT 1 FROM policy_history h
          WHERE h.tenant_id = tenant AND h.kind <> 'documents' AND h.made_by >= l.horizon AND h.made_by <= here.last)
      AND NOT EXISTS (SELECT 1 FROM access_classes a
          WHERE a.tenant_id = tenant AND a.made_by >= l.horizon AND a.made_by <= here.last)
$$;

RESET ROLE;

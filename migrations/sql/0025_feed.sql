-- The order of the change feed, which lasts when a database is restored into a new cluster, and changes of documents.

-- A new cluster counts its transactions from the start. So the transaction ids of a dump may be in its future: the rows
-- of the dump would be hidden, and new rows would come before them. Changes are therefore in the order of
-- (era, xid, id). The first change that is written in another cluster begins a new era.
CREATE TABLE change_eras (
    number integer NOT NULL,
    cluster bigint NOT NULL,
    CONSTRAINT pk_change_eras PRIMARY KEY (number),
    CONSTRAINT uq_change_eras_cluster UNIQUE (cluster)
);
ALTER TABLE change_eras ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_eras FORCE ROW LEVEL SECURITY;
CREATE POLICY definer_all ON change_eras TO footnote_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON change_eras TO footnote_definer;

SET LOCAL ROLE footnote_definer;

-- Returns the era of this cluster, and begins it if it is new.
CREATE FUNCTION current_era() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    itself bigint := (SELECT c.system_identifier FROM pg_control_system() c);
    found_era integer := (SELECT e.number FROM change_eras e WHERE e.cluster = itself);
BEGIN
    IF found_era IS NULL THEN
        INSERT INTO change_eras (number, cluster)
            SELECT COALESCE(max(e.number), 0) + 1, itself FROM change_eras e ON CONFLICT DO NOTHING;
        found_era := (SELECT e.number FROM change_eras e WHERE e.cluster = itself);
    END IF;
    RETURN found_era;
END
$$;

-- Returns where the feed ends now. No later commit adds a change below (era, xid), because every transaction with a
-- lower ID has ended.
CREATE FUNCTION change_horizon(OUT era integer, OUT xid xid8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE((SELECT e.number FROM change_eras e
            WHERE e.cluster = (SELECT c.system_identifier FROM pg_control_system() c)),
        (SELECT COALESCE(max(e.number), 0) + 1 FROM change_eras e)), pg_snapshot_xmin(pg_current_snapshot())
$$;

SELECT current_era();

RESET ROLE;

-- `event_id` is the change's public ID: the numbers of rows would show how many changes of hidden documents there are.
ALTER TABLE changes ADD COLUMN era integer DEFAULT 1 NOT NULL,
    ADD COLUMN event_id uuid DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE changes ALTER COLUMN era DROP DEFAULT;
CREATE INDEX ix_changes_tenant_id_era_xid_id ON changes (tenant_id, era, xid, id);
DROP INDEX ix_changes_tenant_id_xid_id;

SET LOCAL ROLE footnote_definer;

CREATE FUNCTION file_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.era := current_era();
    RETURN NEW;
END
$$;

CREATE FUNCTION record_publication() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO changes (tenant_id, kind, document_id, object_id, payload)
        VALUES (NEW.tenant_id, 'document.published', NEW.id, NEW.id,
            jsonb_build_object('version_id', NEW.current_version_id));
    RETURN NULL;
END
$$;

CREATE FUNCTION record_issuer_edits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO changes (tenant_id, kind, document_id, object_id, payload)
        SELECT m.tenant_id, 'document.issuer_edited', m.document_id, m.document_id,
            jsonb_build_object('edit_id', m.id, 'action', m.kind, 'made_by', m.made_by)
        FROM made m ORDER BY m.document_id;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION current_era(), change_horizon(), file_change(), record_publication(), record_issuer_edits()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_horizon() TO footnote_api;
GRANT EXECUTE ON FUNCTION file_change(), record_publication(), record_issuer_edits() TO footnote_owner;

RESET ROLE;

CREATE TRIGGER file_change BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION file_change();
CREATE TRIGGER record_publication AFTER UPDATE OF current_version_id ON documents FOR EACH ROW
    WHEN (NEW.current_version_id IS NOT NULL AND NEW.current_version_id IS DISTINCT FROM OLD.current_version_id)
    EXECUTE FUNCTION record_publication();
CREATE TRIGGER record_issuer_edits AFTER INSERT ON issuer_edits REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION record_issuer_edits();

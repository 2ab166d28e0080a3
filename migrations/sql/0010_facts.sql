-- The ledger. A version's facts are written once, with its tables, and a user may read them if the user may read the
-- document. Only the facts of a document's current version count.

-- The number of facts; null for versions that were published before facts were stored.
ALTER TABLE document_versions ADD fact_count integer;

-- One row per line of a statement or table, with the figures of all its columns: a row per figure would take about
-- three times the space and the time to write. `number` is the number of the line's first fact. `path` has the line's
-- labels, one per line of text, outermost first. `first_end` and `last_end` are the earliest and the latest end of the
-- figures' periods. `data` has the figures (`app.facts.codec`). `statuses` has one byte per figure; it is null if all
-- of them are proposed.
CREATE TABLE facts (
    version_id uuid NOT NULL,
    number integer NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    first_end date NOT NULL,
    last_end date NOT NULL,
    statement text NOT NULL,
    item text,
    concept text,
    path text NOT NULL,
    statuses bytea,
    data bytea NOT NULL,
    CONSTRAINT pk_facts PRIMARY KEY (version_id, number),
    CONSTRAINT fk_facts_tenant_id_version_id FOREIGN KEY (tenant_id, version_id)
        REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE
);
-- Of the conditions of a query, only `=` on these types may use an index under row-level security. Queries find the
-- versions first, by issuer or document.
CREATE INDEX ix_facts_item ON facts (version_id, item) WHERE item IS NOT NULL;

ALTER TABLE facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE facts FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON facts TO footnote_owner
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON facts TO footnote_worker;
CREATE POLICY worker_all ON facts TO footnote_worker
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
-- `FROM documents d` returns only documents that the principal may read.
GRANT SELECT ON facts TO footnote_api;
CREATE POLICY api_read ON facts FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d));

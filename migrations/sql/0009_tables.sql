-- Tables of documents, and the marks and deleted text of pages. A version's tables are written once, with its pages, and
-- a user may read them if the user may read the document.

-- Footnote's encodings (`app.documents.content.parsed_codec`); null if the page has none.
ALTER TABLE pages ADD marks bytea, ADD deleted bytea;
-- The number of tables; null for versions that were published before tables were stored.
ALTER TABLE document_versions ADD table_count integer;

-- One row per table, so that a table is read without the others. `data` has its cells (`app.tables.codec`). Their texts
-- are spans of the pages' texts.
CREATE TABLE tables (
    version_id uuid NOT NULL,
    number integer NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    pages integer[] NOT NULL,
    title text,
    units_line text,
    rows integer NOT NULL,
    columns integer NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT pk_tables PRIMARY KEY (version_id, number),
    CONSTRAINT fk_tables_tenant_id_version_id FOREIGN KEY (tenant_id, version_id)
        REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE
);
-- `data` is compressed already.
ALTER TABLE tables ALTER COLUMN data SET STORAGE EXTERNAL;

ALTER TABLE tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE tables FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON tables TO footnote_owner
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON tables TO footnote_worker;
CREATE POLICY worker_all ON tables TO footnote_worker
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
-- `FROM documents d` returns only documents that the principal may read.
GRANT SELECT ON tables TO footnote_api;
CREATE POLICY api_read ON tables FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d));

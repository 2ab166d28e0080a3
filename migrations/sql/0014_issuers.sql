-- Issuers. A document alone says which issuer record it belongs to (`documents.issuer_id`), and which names and
-- identifiers its issuer has (`issuer_names`). Which records are one issuer is decided for each reader from the rows that
-- the reader may see (`app.issuers.joining`), so that nothing learnt from a hidden document shows. Editors' changes are
-- rows of documents, too (`issuer_edits`).

-- Set by the trigger `keep_issuer`; null if the document names no issuer, or was not published since this revision.
ALTER TABLE documents ADD issuer_id uuid;

-- One row per name of the issuer in a document. The trigger `spread_issuer` writes them from the document's row.
--   role   own (the issuer's name), weak (the same, not surely read), former, alias, ticker, cik, lei, seen (another name
--          that it may have), set (given by an editor), same (an editor's merger), apart (an editor's split)
--   kind   where it was read (`app.documents.metadata.NameKind`), `derived` from another name, or `editor`
--   form   normalised as in questions
--   link   equal links of two records are evidence that they are one issuer; null if the name is no evidence
--   made_at  when an editor gave the name, or chose this document's issuer to lead a merger
CREATE TABLE issuer_names (
    document_id uuid NOT NULL,
    number integer NOT NULL,
    tenant_id uuid NOT NULL,
    access_class_id integer NOT NULL,
    issuer_id uuid NOT NULL,
    role text NOT NULL,
    kind text NOT NULL,
    form text NOT NULL,
    text text NOT NULL,
    link text,
    page integer,
    char_start integer,
    char_end integer,
    confidence double precision NOT NULL,
    made_at timestamptz,
    CONSTRAINT pk_issuer_names PRIMARY KEY (document_id, number),
    CONSTRAINT fk_issuer_names_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
-- Under row-level security, only `=` on these types may use an index.
CREATE INDEX ix_issuer_names_tenant_id_form ON issuer_names (tenant_id, form);
CREATE INDEX ix_issuer_names_tenant_id_issuer_id ON issuer_names (tenant_id, issuer_id);
CREATE INDEX ix_issuer_names_tenant_id_link ON issuer_names (tenant_id, link) WHERE link IS NOT NULL;

-- A change by an editor: one row per document that it concerns.
--   kind   merge, split or rename
--   token  of a merge: documents with equal tokens have one issuer; of a split: the record of these documents
--   name   the name that a rename gives
--   leads  of a merge: whether the issuer keeps the name and ID of this document's issuer
CREATE TABLE issuer_edits (
    id uuid NOT NULL,
    document_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    access_class_id integer NOT NULL,
    kind text NOT NULL,
    token uuid NOT NULL,
    name text,
    form text,
    leads boolean NOT NULL DEFAULT false,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_issuer_edits PRIMARY KEY (id, document_id),
    CONSTRAINT fk_issuer_edits_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_issuer_edits_kind CHECK (kind IN ('merge', 'split', 'rename'))
);
CREATE INDEX ix_issuer_edits_tenant_id_document_id ON issuer_edits (tenant_id, document_id);

ALTER TABLE issuer_names ENABLE ROW LEVEL SECURITY;
ALTER TABLE issuer_names FORCE ROW LEVEL SECURITY;
ALTER TABLE issuer_edits ENABLE ROW LEVEL SECURITY;
ALTER TABLE issuer_edits FORCE ROW LEVEL SECURITY;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{issuer_names, issuer_edits}'::text[] LOOP
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('CREATE POLICY definer_own ON %I TO footnote_definer '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('CREATE POLICY api_read ON %I FOR SELECT TO footnote_api '
            'USING (tenant_id = (SELECT current_tenant()) '
            'AND access_class_id = ANY ((SELECT visible_classes())::int[]))', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON issuer_names TO footnote_definer;
GRANT SELECT, UPDATE ON issuer_edits TO footnote_definer;
GRANT SELECT ON issuer_names, issuer_edits TO footnote_api;
-- Editors change the issuers of documents that they may edit. `FROM documents d` returns only documents that the
-- principal may read.
GRANT INSERT, DELETE ON issuer_edits TO footnote_api;
CREATE POLICY api_insert ON issuer_edits FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND made_by = (SELECT current_principal())
        AND document_id IN (SELECT d.id FROM documents d
            WHERE d.access_class_id = issuer_edits.access_class_id
              AND d.access_class_id = ANY ((SELECT editable_classes())::int[])));
CREATE POLICY api_delete ON issuer_edits FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT editable_classes())::int[]));
GRANT SELECT ON issuer_names TO footnote_worker;
CREATE POLICY worker_read ON issuer_names FOR SELECT TO footnote_worker
    USING (tenant_id = (SELECT current_tenant()));

SET LOCAL ROLE footnote_definer;

-- Returns the ID of a record. `key` is what a document says of its issuer: the best identifier, else the name.
CREATE FUNCTION issuer_record(tenant uuid, key text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT md5(tenant::text || ' ' || key)::uuid
$$;

-- Sets the record of a document: that of an editor's newest split, else that of its own names. `issuer_aliases` has the
-- key of the record if the document was published since this revision (`app.documents.issuer_rows`).
CREATE FUNCTION keep_issuer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    cik text := (SELECT a FROM jsonb_array_elements_text(NEW.issuer_aliases -> 'names') a WHERE a ~ '^\d{10}$' LIMIT 1);
    key text := COALESCE(NEW.issuer_aliases ->> 'key', 'cik:' || cik, 'name:' || replace(NEW.issuer_key, ' ', ''));
BEGIN
    NEW.issuer_id := COALESCE(
        (SELECT e.token FROM issuer_edits e WHERE e.tenant_id = NEW.tenant_id AND e.document_id = NEW.id
            AND e.kind = 'split' ORDER BY e.made_at DESC, e.id DESC LIMIT 1),
        CASE WHEN key = 'document' THEN NEW.id ELSE issuer_record(NEW.tenant_id, key) END);
    RETURN NEW;
END
$$;

-- Replaces a document's rows of names. Of documents that an earlier version published, only the names are known.
CREATE FUNCTION spread_issuer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM issuer_names n WHERE n.document_id = NEW.id;
    IF NEW.issuer_id IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO issuer_names (document_id, number, tenant_id, access_class_id, issuer_id, role, kind, form, text, link,
            page, char_start, char_end, confidence, made_at)
        SELECT NEW.id, row_number() OVER (), NEW.tenant_id, NEW.access_class_id, NEW.issuer_id, r.*
        FROM (
            SELECT j.role, j.kind, j.form, j.text, j.link, j.page, j.char_start, j.char_end, j.confidence,
                NULL::timestamptz
            FROM jsonb_to_recordset(NEW.issuer_aliases -> 'rows') j (role text, kind text, form text, text text,
                link text, page int, char_start int, char_end int, confidence double precision)
            UNION ALL
            SELECT 'own', 'text', NEW.issuer_key, COALESCE(NEW.issuer, NEW.issuer_key),
                'name:' || replace(NEW.issuer_key, ' ', ''), NULL, NULL, NULL, 0.9, NULL
            WHERE NEW.issuer_key IS NOT NULL AND NEW.issuer_aliases -> 'rows' IS NULL
            UNION ALL
            SELECT CASE WHEN a ~ '^\d{10}$' THEN 'cik' ELSE 'alias' END, 'derived', a, a, NULL, NULL, NULL, NULL, 0.9, NULL
            FROM jsonb_array_elements_text(NEW.issuer_aliases -> 'names') a
            WHERE NEW.issuer_aliases -> 'rows' IS NULL AND a IS DISTINCT FROM NEW.issuer_key
            UNION ALL
            SELECT CASE e.kind WHEN 'merge' THEN 'same' WHEN 'split' THEN 'apart' ELSE 'set' END, 'editor',
                COALESCE(e.form, ''), COALESCE(e.name, ''),
                CASE e.kind WHEN 'merge' THEN 'same:' || e.token END, NULL, NULL, NULL, 1,
                CASE WHEN e.kind = 'rename' OR e.leads THEN e.made_at END
            FROM issuer_edits e WHERE e.tenant_id = NEW.tenant_id AND e.document_id = NEW.id
                -- A split ends what editors had changed before.
                AND NOT EXISTS (SELECT 1 FROM issuer_edits later WHERE later.tenant_id = NEW.tenant_id
                    AND later.document_id = NEW.id AND later.kind = 'split' AND later.id <> e.id
                    AND (later.made_at, later.id) > (e.made_at, e.id))
        ) r;
    RETURN NULL;
END
$$;

-- Applies an editor's change, or its withdrawal, to the document's rows.
CREATE FUNCTION refile_issuer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE documents SET issuer_id = NULL WHERE id = COALESCE(NEW.document_id, OLD.document_id);
    RETURN NULL;
END
$$;

-- Copies a document's class to its rows in the search tables and of issuers.
CREATE OR REPLACE FUNCTION spread_class() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE indexed_documents SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE chunks SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE chunk_embeddings SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE term_postings SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE issuer_names SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE issuer_edits SET access_class_id = NEW.access_class_id
        WHERE tenant_id = NEW.tenant_id AND document_id = NEW.id;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION issuer_record(uuid, text), keep_issuer(), spread_issuer(), refile_issuer() FROM PUBLIC;
-- footnote_owner creates the triggers, and needs the right to execute their functions.
GRANT EXECUTE ON FUNCTION keep_issuer(), spread_issuer(), refile_issuer() TO footnote_owner;

RESET ROLE;

CREATE TRIGGER keep_issuer BEFORE INSERT OR UPDATE OF issuer, issuer_key, issuer_aliases, issuer_id ON documents
    FOR EACH ROW EXECUTE FUNCTION keep_issuer();
CREATE TRIGGER spread_issuer AFTER INSERT OR UPDATE OF issuer, issuer_key, issuer_aliases, issuer_id ON documents
    FOR EACH ROW EXECUTE FUNCTION spread_issuer();
CREATE TRIGGER refile_issuer AFTER INSERT OR DELETE ON issuer_edits
    FOR EACH ROW EXECUTE FUNCTION refile_issuer();

-- The class of whoever reads the like of this: made when it is the first of its kind. Classes with a `document_type` are
-- of before 0022: what is in them stays, nothing is put into them.
CREATE OR REPLACE FUNCTION ensure_class(
    tenant uuid, a_collection uuid, a_type text, a_source text, labels uuid[], a_document uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_id int;
BEGIN
    SELECT a.id INTO found_id FROM access_classes a
        WHERE a.tenant_id = tenant AND a.collection_id = a_collection AND a.document_type IS NULL
          AND a.said_type IS NOT DISTINCT FROM a_type AND a.source IS NOT DISTINCT FROM a_source
          AND a.label_ids = labels AND a.document_id IS NOT DISTINCT FROM a_document;
    IF found_id IS NOT NULL THEN
        RETURN found_id;
    END IF;
    INSERT INTO access_classes (id, tenant_id, collection_id, said_type, source, label_ids, document_id)
        VALUES (nextval('access_class_ids'), tenant, a_collection, a_type, a_source, labels, a_document)
        ON CONFLICT DO NOTHING RETURNING id INTO found_id;
    IF found_id IS NULL THEN
        RETURN ensure_class(tenant, a_collection, a_type, a_source, labels, a_document);
    END IF;
    PERFORM learn_classes();
    RETURN found_id;
END
$$;

-- A type counts where a person said it: `metadata_sources` tells whose word each field is. A document that was granted or
-- closed by itself keeps a class of its own from then on: later changes of that kind touch no chunk. Nor does a document
-- leave a class that says the same, so that publishing, which says nothing, meets no other document.
-- Nor may those who publish, and write whose word each field is, say a type in an editor's name: they carry over what is.
CREATE OR REPLACE FUNCTION keep_class() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    labels uuid[];
    itself uuid;
BEGIN
    NEW.said_type := CASE WHEN NEW.metadata_sources #>> '{document_type,by}' = 'editor' THEN NEW.document_type END;
    IF NEW.said_type IS NOT NULL
        AND NOT (session_user = 'footnote_api' OR pg_has_role(session_user, 'footnote_owner', 'MEMBER'))
        AND (TG_OP = 'INSERT' OR OLD.document_type IS DISTINCT FROM NEW.document_type
            OR OLD.metadata_sources #>> '{document_type,by}' IS DISTINCT FROM 'editor') THEN
        RAISE EXCEPTION 'only a person says of which type a document is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'said_by_person';
    END IF;
    IF NEW.deleted_at IS NOT NULL THEN
        NEW.access_class_id := 0;
        RETURN NEW;
    END IF;
    labels := ARRAY(SELECT l.label_id FROM document_labels l
        WHERE l.tenant_id = NEW.tenant_id AND l.document_id = NEW.id ORDER BY l.label_id);
    itself := CASE WHEN EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id = NEW.tenant_id AND g.document_id = NEW.id)
        OR EXISTS (SELECT 1 FROM exclusions e WHERE e.tenant_id = NEW.tenant_id AND e.document_id = NEW.id)
        OR EXISTS (SELECT 1 FROM access_classes a WHERE a.tenant_id = NEW.tenant_id AND a.document_id = NEW.id)
    THEN NEW.id END;
    IF TG_OP = 'UPDATE' THEN
        NEW.access_class_id := OLD.access_class_id;
        IF EXISTS (SELECT 1 FROM access_classes a WHERE a.tenant_id = NEW.tenant_id AND a.id = OLD.access_class_id
                AND a.collection_id = NEW.collection_id AND a.said_type IS NOT DISTINCT FROM NEW.said_type
                AND a.source IS NOT DISTINCT FROM NEW.source AND a.label_ids = labels
                AND a.document_id IS NOT DISTINCT FROM itself) THEN
            RETURN NEW;
        END IF;
    END IF;
    NEW.access_class_id := ensure_class(NEW.tenant_id, NEW.collection_id, NEW.said_type, NEW.source, labels, itself);
    RETURN NEW;
END
$$;

-- What is compiled in the transaction of a change: who is in which group, what is inside which collection, and the
-- class of each document. Rows that carry a class follow their document.
CREATE FUNCTION keep_group_closure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above uuid[];
    below uuid[];
BEGIN
    IF TG_TABLE_NAME = 'groups' THEN
        -- Out of what it was in; what was in it goes with its row, which may not be changed before it goes.
        DELETE FROM group_nestings n WHERE n.tenant_id = OLD.tenant_id AND n.member_group_id = OLD.id;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('footnote groups ' || NEW.tenant_id, 0));
        IF EXISTS (SELECT 1 FROM group_closure c WHERE c.tenant_id = NEW.tenant_id
                AND c.group_id = NEW.member_group_id AND c.member_group_id = NEW.group_id) THEN
            RAISE EXCEPTION 'a group can not be inside itself' USING ERRCODE = 'invalid_recursion';
        END IF;
        INSERT INTO group_closure (tenant_id, group_id, member_group_id)
            SELECT NEW.tenant_id, above.id, below.id
            FROM (SELECT NEW.group_id UNION SELECT c.group_id FROM group_closure c
                WHERE c.tenant_id = NEW.tenant_id AND c.member_group_id = NEW.group_id) above(id),
                (SELECT NEW.member_group_id UNION SELECT c.member_group_id FROM group_closure c
                WHERE c.tenant_id = NEW.tenant_id AND c.group_id = NEW.member_group_id) below(id)
            ON CONFLICT DO NOTHING;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote groups ' || OLD.tenant_id, 0));
    -- What was reached through this nesting goes; what is reached by another way comes back.
    above := OLD.group_id || ARRAY(SELECT c.group_id FROM group_closure c
        WHERE c.tenant_id = OLD.tenant_id AND c.member_group_id = OLD.group_id);
    below := OLD.member_group_id || ARRAY(SELECT c.member_group_id FROM group_closure c
        WHERE c.tenant_id = OLD.tenant_id AND c.group_id = OLD.member_group_id);
    DELETE FROM group_closure c
        WHERE c.tenant_id = OLD.tenant_id AND c.group_id = ANY (above) AND c.member_group_id = ANY (below);
    INSERT INTO group_closure (tenant_id, group_id, member_group_id)
        WITH RECURSIVE reached AS (
            SELECT n.member_group_id AS member, n.group_id AS above FROM group_nestings n
            WHERE n.tenant_id = OLD.tenant_id AND n.member_group_id = ANY (below)
            UNION
            SELECT r.member, n.group_id FROM reached r
            JOIN group_nestings n ON n.tenant_id = OLD.tenant_id AND n.member_group_id = r.above
        )
        SELECT OLD.tenant_id, r.above, r.member FROM reached r
        ON CONFLICT DO NOTHING;
    RETURN OLD;
END
$$;

CREATE FUNCTION keep_collection_closure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO collection_closure (tenant_id, ancestor_id, collection_id)
            SELECT NEW.tenant_id, c.ancestor_id, NEW.id FROM collection_closure c
            WHERE c.tenant_id = NEW.tenant_id AND c.collection_id = NEW.parent_id
            UNION ALL SELECT NEW.tenant_id, NEW.id, NEW.id;
        RETURN NEW;
    END IF;
    IF NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('footnote collections ' || NEW.tenant_id, 0));
    IF EXISTS (SELECT 1 FROM collection_closure c WHERE c.tenant_id = NEW.tenant_id
            AND c.ancestor_id = NEW.id AND c.collection_id = NEW.parent_id) THEN
        RAISE EXCEPTION 'a collection can not be inside itself' USING ERRCODE = 'invalid_recursion';
    END IF;
    DELETE FROM collection_closure c USING collection_closure inside
        WHERE c.tenant_id = NEW.tenant_id AND inside.tenant_id = NEW.tenant_id AND inside.ancestor_id = NEW.id
          AND c.collection_id = inside.collection_id
          AND c.ancestor_id NOT IN (SELECT i.collection_id FROM collection_closure i
              WHERE i.tenant_id = NEW.tenant_id AND i.ancestor_id = NEW.id);
    INSERT INTO collection_closure (tenant_id, ancestor_id, collection_id)
        SELECT NEW.tenant_id, above.ancestor_id, inside.collection_id
        FROM collection_closure above, collection_closure inside
        WHERE above.tenant_id = NEW.tenant_id AND above.collection_id = NEW.parent_id
          AND inside.tenant_id = NEW.tenant_id AND inside.ancestor_id = NEW.id;
    RETURN NEW;
END
$$;

-- The class of whoever reads the like of this: made when it is the first of its kind.
CREATE FUNCTION ensure_class(tenant uuid, a_collection uuid, a_type text, a_source text, labels uuid[], a_document uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_id int;
BEGIN
    SELECT a.id INTO found_id FROM access_classes a
        WHERE a.tenant_id = tenant AND a.collection_id = a_collection AND a.document_type IS NOT DISTINCT FROM a_type
          AND a.source IS NOT DISTINCT FROM a_source AND a.label_ids = labels
          AND a.document_id IS NOT DISTINCT FROM a_document;
    IF found_id IS NOT NULL THEN
        RETURN found_id;
    END IF;
    INSERT INTO access_classes (id, tenant_id, collection_id, document_type, source, label_ids, document_id)
        VALUES (nextval('access_class_ids'), tenant, a_collection, a_type, a_source, labels, a_document)
        ON CONFLICT DO NOTHING RETURNING id INTO found_id;
    IF found_id IS NULL THEN
        RETURN ensure_class(tenant, a_collection, a_type, a_source, labels, a_document);
    END IF;
    PERFORM learn_classes();
    RETURN found_id;
END
$$;

-- A document that was granted or closed by itself keeps a class of its own from then on: later changes of that kind
-- touch no chunk.
CREATE FUNCTION keep_class() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        NEW.access_class_id := 0;
        RETURN NEW;
    END IF;
    NEW.access_class_id := ensure_class(NEW.tenant_id, NEW.collection_id, NEW.document_type, NEW.source,
        ARRAY(SELECT l.label_id FROM document_labels l
            WHERE l.tenant_id = NEW.tenant_id AND l.document_id = NEW.id ORDER BY l.label_id),
        CASE WHEN EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id = NEW.tenant_id AND g.document_id = NEW.id)
            OR EXISTS (SELECT 1 FROM exclusions e WHERE e.tenant_id = NEW.tenant_id AND e.document_id = NEW.id)
            OR EXISTS (SELECT 1 FROM access_classes a WHERE a.tenant_id = NEW.tenant_id AND a.document_id = NEW.id)
        THEN NEW.id END);
    RETURN NEW;
END
$$;

CREATE FUNCTION spread_class() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE indexed_documents SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE chunks SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE chunk_embeddings SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    UPDATE term_postings SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;
    RETURN NEW;
END
$$;

-- Grants, exclusions and labels of a document: its class is worked out anew.
CREATE FUNCTION reclass_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE documents SET access_class_id = access_class_id WHERE id = OLD.document_id AND deleted_at IS NULL;
        RETURN OLD;
    END IF;
    UPDATE documents SET access_class_id = access_class_id WHERE id = NEW.document_id AND deleted_at IS NULL;
    RETURN NEW;
END
$$;

-- What the policy was at any time: a row whenever something of it came, changed or went. Arguments: the columns of
-- the key, then those that are kept, each as a list.
CREATE FUNCTION keep_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    INSERT INTO policy_history (tenant_id, kind, key, state, is_gone, at)
        SELECT (told ->> 'tenant_id')::uuid, TG_TABLE_NAME,
            (SELECT string_agg(told ->> k, '/') FROM unnest(string_to_array(TG_ARGV[0], ',')) k),
            (SELECT jsonb_object_agg(k, told -> k) FROM unnest(string_to_array(TG_ARGV[1], ',')) k),
            TG_OP = 'DELETE', clock_timestamp();
    RETURN NULL;
END
$$;

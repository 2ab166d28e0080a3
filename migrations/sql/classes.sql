-- Triggers that run in the same transaction as a change of the policy. They update the closures of groups and
-- collections (all direct and indirect nestings), the access class of each document, and the history of the policy.

SET LOCAL ROLE footnote_definer;

-- 1. Groups in groups

CREATE FUNCTION keep_group_closure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above uuid[];
    below uuid[];
BEGIN
    IF TG_TABLE_NAME = 'groups' THEN
        -- Delete only the nestings of this group in other groups. The foreign key deletes the nestings of other groups
        -- in this group. If this trigger deleted those as well, it would update this group's revision, and PostgreSQL
        -- does not delete a row that a BEFORE DELETE trigger has updated.
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
    -- Delete all pairs that this nesting may connect. Then insert the pairs that other nestings still connect.
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

-- 2. Collections in collections

-- Locks the tenant's collections, so that only one transaction at a time creates or moves collections. Without the
-- lock, a collection that is created during a move of its parent would keep the parent's former ancestors, with their
-- grants and labels.
CREATE FUNCTION hold_collections(tenant uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('footnote collections ' || tenant, 0))
$$;

-- Raises an error if a collection inside `top` is more than 50 levels deep. The depth is limited because the size of
-- the closure grows with the square of the depth.
CREATE FUNCTION check_depth(tenant uuid, top uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM collection_closure inside
            JOIN collection_closure around ON around.tenant_id = tenant AND around.collection_id = inside.collection_id
            WHERE inside.tenant_id = tenant AND inside.ancestor_id = top
            GROUP BY inside.collection_id HAVING count(*) > 50) THEN
        RAISE EXCEPTION 'a collection can be at most 50 levels deep'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_collections_depth';
    END IF;
END
$$;

CREATE FUNCTION keep_collection_closure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM hold_collections(NEW.tenant_id);
        INSERT INTO collection_closure (tenant_id, ancestor_id, collection_id)
            SELECT NEW.tenant_id, c.ancestor_id, NEW.id FROM collection_closure c
            WHERE c.tenant_id = NEW.tenant_id AND c.collection_id = NEW.parent_id
            UNION ALL SELECT NEW.tenant_id, NEW.id, NEW.id;
        PERFORM check_depth(NEW.tenant_id, NEW.id);
        RETURN NEW;
    END IF;
    IF NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN
        RETURN NEW;
    END IF;
    PERFORM hold_collections(NEW.tenant_id);
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
    PERFORM check_depth(NEW.tenant_id, NEW.id);
    RETURN NEW;
END
$$;

-- 3. The class of each document

-- Returns the id of the access class with these properties. Creates the class if it is missing.
CREATE FUNCTION ensure_class(
    tenant uuid, a_collection uuid, a_type text, a_source text, labels uuid[], a_document uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_id int;
BEGIN
    SELECT a.id INTO found_id FROM access_classes a
        WHERE a.tenant_id = tenant AND a.collection_id = a_collection
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

-- Sets `said_type` and `access_class_id` of a document.
--   * `said_type` is the document's type if an editor stated it (according to `metadata_sources`), and otherwise null.
--     Workers write `metadata_sources` when they publish a version. They may keep a type that an editor stated. They
--     may not mark a type that they read from the file as stated by an editor.
--   * A document with a grant or an exclusion of its own gets an access class of its own. It keeps this class when the
--     grant or exclusion is deleted, so that later grants and exclusions on the document do not rewrite its chunks.
--   * A document keeps its class if the properties of the class still match. Publishing the document then does not wait
--     for transactions on other documents.
CREATE FUNCTION keep_class() RETURNS trigger
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
        RAISE EXCEPTION 'only a person can state the type of a document'
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

-- Copies a document's class to its rows in the search tables.
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

-- Updates a document's class after a change of its grants, exclusions or labels.
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

-- 4. The history of the policy

-- Records the new state of a row in policy_history. The trigger's first argument lists the columns of the row's key,
-- and the second argument lists the columns to record. Both lists are comma-separated.
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

REVOKE ALL ON FUNCTION keep_group_closure(), hold_collections(uuid), check_depth(uuid, uuid), keep_collection_closure(),
    ensure_class(uuid, uuid, text, text, uuid[], uuid), keep_class(), spread_class(), reclass_document(), keep_history()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_collections(uuid) TO footnote_api;
-- footnote_owner creates the triggers, and needs the right to execute their functions.
GRANT EXECUTE ON FUNCTION keep_group_closure(), keep_collection_closure(), keep_class(), spread_class(),
    reclass_document(), keep_history() TO footnote_owner;

RESET ROLE;

-- 5. The triggers

CREATE TRIGGER end_closure BEFORE DELETE ON groups FOR EACH ROW EXECUTE FUNCTION keep_group_closure();
CREATE TRIGGER keep_closure AFTER INSERT OR DELETE ON group_nestings
    FOR EACH ROW EXECUTE FUNCTION keep_group_closure();
CREATE TRIGGER keep_closure AFTER INSERT OR UPDATE OF parent_id ON collections
    FOR EACH ROW EXECUTE FUNCTION keep_collection_closure();

CREATE TRIGGER keep_class BEFORE INSERT OR UPDATE OF collection_id, document_type, metadata_sources, said_type, source,
    deleted_at, access_class_id ON documents FOR EACH ROW EXECUTE FUNCTION keep_class();
CREATE TRIGGER spread_class AFTER UPDATE ON documents FOR EACH ROW
    WHEN (OLD.access_class_id IS DISTINCT FROM NEW.access_class_id) EXECUTE FUNCTION spread_class();
CREATE TRIGGER reclass AFTER INSERT OR DELETE ON grants FOR EACH ROW EXECUTE FUNCTION reclass_document();
CREATE TRIGGER reclass AFTER INSERT OR DELETE ON exclusions FOR EACH ROW EXECUTE FUNCTION reclass_document();
CREATE TRIGGER reclass AFTER INSERT OR DELETE ON document_labels FOR EACH ROW EXECUTE FUNCTION reclass_document();

CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, email, disabled_at ON users
    FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,email,disabled_at');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, name ON groups
    FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,name');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF user_id, group_id ON group_members
    FOR EACH ROW EXECUTE FUNCTION keep_history('user_id,group_id', 'user_id,group_id');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF group_id, member_group_id ON group_nestings
    FOR EACH ROW EXECUTE FUNCTION keep_history('group_id,member_group_id', 'group_id,member_group_id');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, parent_id, name ON collections
    FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,parent_id,name');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE
    OR UPDATE OF id, user_id, group_id, collection_id, document_id, pack_id, level, expires_at ON grants FOR EACH ROW
    EXECUTE FUNCTION keep_history('id', 'id,user_id,group_id,collection_id,document_id,pack_id,level,expires_at');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, name ON labels
    FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,name');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, label_id, user_id, group_id, expires_at
    ON clearances FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,label_id,user_id,group_id,expires_at');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF collection_id, label_id ON collection_labels
    FOR EACH ROW EXECUTE FUNCTION keep_history('collection_id,label_id', 'collection_id,label_id');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF document_id, label_id ON document_labels
    FOR EACH ROW EXECUTE FUNCTION keep_history('document_id,label_id', 'document_id,label_id');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, name, document_types, sources ON entitlement_packs
    FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,name,document_types,sources');
CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF id, user_id, group_id, document_id, expires_at
    ON exclusions FOR EACH ROW EXECUTE FUNCTION keep_history('id', 'id,user_id,group_id,document_id,expires_at');
-- Documents have a second trigger for updates. A trigger with UPDATE OF fires only for columns that the statement sets,
-- and so would miss a `said_type` that the trigger `keep_class` changes.
CREATE TRIGGER keep_history AFTER INSERT OR DELETE ON documents FOR EACH ROW
    EXECUTE FUNCTION keep_history('id', 'id,collection_id,document_type,said_type,source,deleted_at');
CREATE TRIGGER keep_history_of_changes AFTER UPDATE ON documents FOR EACH ROW
    WHEN ((OLD.collection_id, OLD.document_type, OLD.said_type, OLD.source, OLD.deleted_at)
        IS DISTINCT FROM (NEW.collection_id, NEW.document_type, NEW.said_type, NEW.source, NEW.deleted_at))
    EXECUTE FUNCTION keep_history('id', 'id,collection_id,document_type,said_type,source,deleted_at');

-- Collections are made and moved one after the other in a tenant: one that is made meanwhile would be inside what was
-- there before the move, and be opened and closed by that for good.
CREATE FUNCTION hold_collections(tenant uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('footnote collections ' || tenant, 0))
$$;

-- What is inside grows with the square of the depth, and nobody finds a way through a hundred levels.
CREATE FUNCTION check_depth(tenant uuid, top uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM collection_closure inside
            JOIN collection_closure around ON around.tenant_id = tenant AND around.collection_id = inside.collection_id
            WHERE inside.tenant_id = tenant AND inside.ancestor_id = top
            GROUP BY inside.collection_id HAVING count(*) > 50) THEN
        RAISE EXCEPTION 'a collection is inside too many others'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_collections_depth';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION keep_collection_closure() RETURNS trigger
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

CREATE OR REPLACE FUNCTION create_collection(new_id uuid, inside uuid, new_name text, grant_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE class_id int;
BEGIN
    PERFORM hold_collections(current_tenant());
    IF current_tenant() IS NULL OR (inside IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM collections c WHERE c.tenant_id = current_tenant() AND c.id = inside
              AND c.access_class_id = ANY (classes_at(2)))) THEN
        RETURN false;
    END IF;
    class_id := nextval('access_class_ids');
    INSERT INTO collections (id, tenant_id, parent_id, access_class_id, name, revision, created_at, created_by)
        VALUES (new_id, current_tenant(), inside, class_id, new_name, 1, now(), current_principal());
    INSERT INTO access_classes (id, tenant_id, collection_id) VALUES (class_id, current_tenant(), new_id);
    INSERT INTO grants (id, tenant_id, user_id, collection_id, level, created_at, created_by)
        VALUES (grant_id, current_tenant(), current_principal(), new_id, 3, now(), current_principal());
    PERFORM learn_classes();
    RETURN true;
END
$$;

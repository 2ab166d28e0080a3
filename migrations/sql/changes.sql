-- Changes of access. Requests use these functions to create and move collections, to create and delete grants, and to
-- move and delete documents. The functions check the principal's own rights. Access to a collection or document can be
-- granted by its owners and by access administrators (administrators who may manage access).

SET LOCAL ROLE footnote_definer;

-- 1. What the principal may do

CREATE FUNCTION owns(a_collection uuid, a_document uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM collections c WHERE c.tenant_id = (SELECT current_tenant()) AND c.id = a_collection
        AND c.access_class_id = ANY ((SELECT classes_at(3))::int[]))
    OR EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = (SELECT current_tenant()) AND d.id = a_document
        AND d.deleted_at IS NULL AND d.access_class_id = ANY ((SELECT classes_at(3))::int[]))
$$;

-- Returns whether the principal may grant access to a collection, document or pack. Owners may grant access to their
-- collections and documents. Access administrators may grant access to every collection and document, including
-- documents that they can't read themselves. Only access administrators may grant packs.
CREATE FUNCTION may_grant(a_collection uuid, a_document uuid, a_pack uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT owns(a_collection, a_document) OR ((SELECT principal_manages_access()) AND (
        EXISTS (SELECT 1 FROM collections c WHERE c.tenant_id = (SELECT current_tenant()) AND c.id = a_collection)
        OR EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = (SELECT current_tenant()) AND d.id = a_document
            AND d.deleted_at IS NULL)
        OR EXISTS (SELECT 1 FROM entitlement_packs p WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = a_pack)))
$$;

-- Returns whether a collection or document exists and the principal may know that it exists. Administrators and
-- auditors may know this of every object, and other users of objects that they may read.
CREATE FUNCTION is_known(a_collection uuid, a_document uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM collections c WHERE c.tenant_id = (SELECT current_tenant()) AND c.id = a_collection
        AND ((SELECT principal_holds('{admin,auditor}')) OR c.access_class_id = ANY ((SELECT classes_at(1))::int[])))
    OR EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = (SELECT current_tenant()) AND d.id = a_document
        AND d.deleted_at IS NULL
        AND ((SELECT principal_holds('{admin,auditor}')) OR d.access_class_id = ANY ((SELECT classes_at(1))::int[])))
$$;

-- Returns the labels that apply to a collection: its own labels and the labels of all collections that contain it.
CREATE FUNCTION labels_around(a_collection uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.label_id FROM collection_closure c
    JOIN collection_labels l ON l.tenant_id = c.tenant_id AND l.collection_id = c.ancestor_id
    WHERE c.tenant_id = (SELECT current_tenant()) AND c.collection_id = a_collection
$$;

-- 2. Collections and grants

CREATE FUNCTION create_collection(new_id uuid, inside uuid, new_name text, grant_id uuid) RETURNS boolean
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

-- Updates the principal's class lists (`footnote.classes`) after a grant is created or deleted. If the grant applies
-- only to other users, the lists stay valid, and the function updates only their position (`policy_position`).
-- Otherwise it computes the lists again.
CREATE FUNCTION learn_after(to_user uuid, to_group uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who text := context_body();
    tenant uuid := split_part(who, '|', 1)::uuid;
    person uuid := split_part(who, '|', 2)::uuid;
    sealed text := current_setting('footnote.classes', true);
    body text := split_part(sealed, '#', 1);
BEGIN
    IF to_user = person OR who IS NULL OR sealed = ''
        OR split_part(sealed, '#', 2) <> context_mac('', who || '|' || body)
        -- If the policy has changed more than once, an earlier statement of this transaction may have withdrawn access.
        OR (SELECT count(*) FROM policy_history h WHERE h.tenant_id = tenant AND h.kind <> 'documents'
            AND h.id > COALESCE(NULLIF(split_part(body, '.', 1), '')::bigint, 0)) > 1
        OR EXISTS (SELECT 1 FROM group_members m WHERE m.tenant_id = tenant AND m.user_id = person
            AND (m.group_id = to_group OR EXISTS (SELECT 1 FROM group_closure c WHERE c.tenant_id = tenant
                AND c.member_group_id = m.group_id AND c.group_id = to_group))) THEN
        PERFORM learn_classes();
        RETURN;
    END IF;
    body := concat(policy_position(tenant), substr(body, strpos(body, '|')));
    PERFORM set_config('footnote.classes', body || '#' || context_mac('', who || '|' || body), true);
END
$$;

CREATE FUNCTION create_grant(new_id uuid, to_user uuid, to_group uuid, a_collection uuid, a_document uuid, a_pack uuid,
    new_level int, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT COALESCE(may_grant(a_collection, a_document, a_pack), false) THEN
        RETURN false;
    END IF;
    INSERT INTO grants (id, tenant_id, user_id, group_id, collection_id, document_id, pack_id, level, created_at,
            created_by, expires_at)
        VALUES (new_id, current_tenant(), to_user, to_group, a_collection, a_document, a_pack, new_level, now(),
            current_principal(), until);
    PERFORM learn_after(to_user, to_group);
    RETURN true;
END
$$;

CREATE FUNCTION delete_grant(grant_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone grants;
BEGIN
    DELETE FROM grants g WHERE g.id = grant_id AND g.tenant_id = current_tenant()
        AND may_grant(g.collection_id, g.document_id, g.pack_id) RETURNING g.* INTO gone;
    IF gone.id IS NULL THEN
        RETURN false;
    END IF;
    PERFORM learn_after(gone.user_id, gone.group_id);
    RETURN true;
END
$$;

-- 3. Moves
--
-- Owners may move their collections and documents into collections that they may edit. If a label would no longer apply
-- after a move, only access administrators may make the move. Both functions first take a lock, so that concurrent
-- moves run one after the other. They return:
--   'moved'          The move is done.
--   'hidden'         The object does not exist, or the principal may not make this move.
--   'labelled'       A label would no longer apply, and the principal is not an access administrator.
--   'inside-itself'  The target is the moved collection or is inside it.

CREATE FUNCTION move_collection(moved uuid, into_collection uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM hold_collections(current_tenant());
    IF NOT owns(moved, NULL) OR (into_collection IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM collections c WHERE c.tenant_id = current_tenant() AND c.id = into_collection
              AND c.access_class_id = ANY (classes_at(2)))) THEN
        RETURN 'hidden';
    END IF;
    IF EXISTS (SELECT 1 FROM collection_closure c WHERE c.tenant_id = current_tenant()
            AND c.ancestor_id = moved AND c.collection_id = into_collection) THEN
        RETURN 'inside-itself';
    END IF;
    IF NOT principal_manages_access() AND EXISTS (
            SELECT 1 FROM labels_around((SELECT c.parent_id FROM collections c
                WHERE c.tenant_id = current_tenant() AND c.id = moved)) l(id)
            WHERE l.id NOT IN (SELECT labels_around(into_collection))) THEN
        RETURN 'labelled';
    END IF;
    UPDATE collections SET parent_id = into_collection, revision = revision + 1
        WHERE tenant_id = current_tenant() AND id = moved;
    PERFORM learn_classes();
    RETURN 'moved';
END
$$;

CREATE FUNCTION move_document(moved uuid, into_collection uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM documents d WHERE d.tenant_id = current_tenant() AND d.id = moved FOR UPDATE;
    IF NOT owns(NULL, moved) OR NOT EXISTS (
            SELECT 1 FROM collections c WHERE c.tenant_id = current_tenant() AND c.id = into_collection
              AND c.access_class_id = ANY (classes_at(2))) THEN
        RETURN 'hidden';
    END IF;
    IF NOT principal_manages_access() AND EXISTS (
            SELECT 1 FROM labels_around((SELECT d.collection_id FROM documents d
                WHERE d.tenant_id = current_tenant() AND d.id = moved)) l(id)
            WHERE l.id NOT IN (SELECT labels_around(into_collection))) THEN
        RETURN 'labelled';
    END IF;
    UPDATE documents SET collection_id = into_collection, revision = revision + 1
        WHERE tenant_id = current_tenant() AND id = moved;
    RETURN 'moved';
END
$$;

-- 4. Deletions

CREATE FUNCTION delete_document(a_document uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE documents SET deleted_at = now(), revision = revision + 1
        WHERE id = a_document AND tenant_id = current_tenant() AND deleted_at IS NULL
          AND access_class_id = ANY (classes_at(2));
    RETURN FOUND;
END
$$;

-- Removes a label from deleted documents, so that the label can be deleted. Administrators can't do this themselves,
-- because they can't see deleted documents.
CREATE FUNCTION drop_labels_of_deleted(a_label uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF principal_is_admin() THEN
        DELETE FROM document_labels l USING documents d
            WHERE l.tenant_id = current_tenant() AND l.label_id = a_label
              AND d.tenant_id = l.tenant_id AND d.id = l.document_id AND d.deleted_at IS NOT NULL;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION owns(uuid, uuid), may_grant(uuid, uuid, uuid), is_known(uuid, uuid), labels_around(uuid),
    create_collection(uuid, uuid, text, uuid), learn_after(uuid, uuid),
    create_grant(uuid, uuid, uuid, uuid, uuid, uuid, int, timestamptz), delete_grant(uuid), move_collection(uuid, uuid),
    move_document(uuid, uuid), delete_document(uuid), drop_labels_of_deleted(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owns(uuid, uuid), create_collection(uuid, uuid, text, uuid), delete_grant(uuid),
    delete_document(uuid) TO footnote_api, footnote_worker, footnote_relay, footnote_owner;
GRANT EXECUTE ON FUNCTION may_grant(uuid, uuid, uuid), is_known(uuid, uuid),
    create_grant(uuid, uuid, uuid, uuid, uuid, uuid, int, timestamptz), move_collection(uuid, uuid),
    move_document(uuid, uuid), drop_labels_of_deleted(uuid) TO footnote_api;

RESET ROLE;

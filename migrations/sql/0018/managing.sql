-- As before, with what the caller's key is narrowed to: '' or, for one that may not manage access, 'narrowed'.
CREATE FUNCTION enter(tenant uuid, principal uuid, issued bigint, restriction text, code text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    expected text := context_mac(session_user::text, concat_ws('|', tenant, principal, issued, restriction));
    body text := concat_ws('|', tenant, principal, transaction_stamp(), restriction);
BEGIN
    PERFORM set_config('footnote.who', '', true), set_config('footnote.classes', '', true);
    IF expected IS NULL THEN
        RETURN 'key-missing';
    END IF;
    -- No code, no tenant, no principal and no time are no answer either: a null must not pass for one.
    IF NOT COALESCE(expected = code AND abs(EXTRACT(EPOCH FROM clock_timestamp()) - issued) <= 300
            AND tenant IS NOT NULL AND principal IS NOT NULL AND restriction IN ('', 'narrowed'), false) THEN
        RETURN 'refused';
    END IF;
    PERFORM set_config('footnote.who', body || '#' || context_mac('', body), true);
    IF session_user = 'footnote_api' THEN
        PERFORM learn_classes();
    END IF;
    RETURN 'entered';
END
$$;

-- An administrator of access, by way of a key that may do as much.
CREATE FUNCTION principal_manages_access() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT principal_is_admin() AND split_part(context_body(), '|', 4) <> 'narrowed'
$$;

-- An administrator of access may grant what is there, without seeing into it; a pack's holders are theirs alone.
CREATE OR REPLACE FUNCTION may_grant(a_collection uuid, a_document uuid, a_pack uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT owns(a_collection, a_document) OR ((SELECT principal_manages_access()) AND (
        EXISTS (SELECT 1 FROM collections c WHERE c.tenant_id = (SELECT current_tenant()) AND c.id = a_collection)
        OR EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = (SELECT current_tenant()) AND d.id = a_document
            AND d.deleted_at IS NULL)
        OR EXISTS (SELECT 1 FROM entitlement_packs p WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = a_pack)))
$$;

-- Moving is for owners, into what they may edit. Nothing leaves a barrier that way: only an administrator of access
-- may take something out from under a label. What is moved is held first, as it may be on its way elsewhere. Says
-- 'moved', 'hidden' (or not theirs), 'labelled' or 'inside-itself'.
CREATE OR REPLACE FUNCTION move_collection(moved uuid, into_collection uuid) RETURNS text
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

CREATE OR REPLACE FUNCTION move_document(moved uuid, into_collection uuid) RETURNS text
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

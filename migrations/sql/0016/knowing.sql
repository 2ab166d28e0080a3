-- Whether something is there and the principal may know of it: by seeing it, or by watching over the tenant's access.
CREATE FUNCTION is_known(a_collection uuid, a_document uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM collections c WHERE c.tenant_id = (SELECT current_tenant()) AND c.id = a_collection
        AND ((SELECT principal_holds('{admin,auditor}')) OR c.access_class_id = ANY ((SELECT classes_at(1))::int[])))
    OR EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = (SELECT current_tenant()) AND d.id = a_document
        AND d.deleted_at IS NULL
        AND ((SELECT principal_holds('{admin,auditor}')) OR d.access_class_id = ANY ((SELECT classes_at(1))::int[])))
$$;

-- A document that was deleted is known to nobody, so that nobody could take its label off.
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

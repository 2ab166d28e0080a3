-- The deletion of a document in the change feed, for the persons who could read the document when it was deleted.

-- `readers` are these persons; only deletions have them. Rights on a deleted document end with it, so they are recorded.
ALTER TABLE changes ADD COLUMN readers uuid[];
CREATE INDEX ix_changes_deleted ON changes (document_id) WHERE kind = 'document.deleted';

SET LOCAL ROLE footnote_definer;

-- Returns the readers of a document, with their levels and grants. This function applies the policy to one document;
-- `classes_of` (policy.sql) applies it to one user. tests/policy checks that both functions agree.
CREATE FUNCTION readers_of(it documents, after_id uuid, at_most int)
RETURNS TABLE (user_id uuid, level int, grant_ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    tenant uuid := it.tenant_id;
    around uuid[];
    barriers uuid[];
BEGIN
    around := ARRAY(SELECT c.ancestor_id FROM collection_closure c
        WHERE c.tenant_id = tenant AND c.collection_id = it.collection_id);
    barriers := ARRAY(SELECT l.label_id FROM collection_labels l
        WHERE l.tenant_id = tenant AND l.collection_id = ANY (around)
        UNION SELECT l.label_id FROM document_labels l WHERE l.tenant_id = tenant AND l.document_id = it.id);
    RETURN QUERY
    WITH opening AS MATERIALIZED (
        SELECT g.id, g.subject_id, g.level FROM grants g
        WHERE g.tenant_id = tenant AND (g.expires_at IS NULL OR g.expires_at > now())
          AND (g.collection_id = ANY (around) OR g.document_id = it.id OR g.pack_id IN (
              SELECT p.id FROM entitlement_packs p WHERE p.tenant_id = tenant
                AND (p.document_types = '{}' OR it.said_type = ANY (p.document_types))
                AND (p.sources = '{}' OR it.source = ANY (p.sources))))
    ), cleared AS MATERIALIZED (
        SELECT k.label_id, w.user_id FROM clearances k
        JOIN people_within(tenant, ARRAY(SELECT k2.subject_id FROM clearances k2
            WHERE k2.tenant_id = tenant AND k2.label_id = ANY (barriers))) w ON w.subject_id = k.subject_id
        WHERE k.tenant_id = tenant AND k.label_id = ANY (barriers) AND (k.expires_at IS NULL OR k.expires_at > now())
    ), excluded AS MATERIALIZED (
        SELECT w.user_id FROM people_within(tenant, ARRAY(SELECT e.subject_id FROM exclusions e
            WHERE e.tenant_id = tenant AND e.document_id = it.id
              AND (e.expires_at IS NULL OR e.expires_at > now()))) w
    )
    SELECT w.user_id, max(o.level), array_agg(DISTINCT o.id ORDER BY o.id)
    FROM people_within(tenant, ARRAY(SELECT o.subject_id FROM opening o)) w
    JOIN opening o ON o.subject_id = w.subject_id
    JOIN users u ON u.tenant_id = tenant AND u.id = w.user_id AND u.disabled_at IS NULL
    WHERE (after_id IS NULL OR w.user_id > after_id)
      AND w.user_id NOT IN (SELECT e.user_id FROM excluded e)
      AND NOT EXISTS (SELECT 1 FROM unnest(barriers) b(id) WHERE NOT EXISTS (
          SELECT 1 FROM cleared k WHERE k.label_id = b.id AND k.user_id = w.user_id))
    GROUP BY w.user_id ORDER BY w.user_id LIMIT at_most;
END
$$;

CREATE OR REPLACE FUNCTION list_readers(a_document uuid, after_id uuid, at_most int)
RETURNS TABLE (user_id uuid, level int, grant_ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    it documents;
BEGIN
    SELECT d.* INTO it FROM documents d
        WHERE d.tenant_id = current_tenant() AND d.id = a_document AND d.deleted_at IS NULL;
    IF it.id IS NOT NULL AND principal_holds('{admin,auditor}') THEN
        RETURN QUERY SELECT r.* FROM readers_of(it, after_id, at_most) r;
    END IF;
END
$$;

CREATE FUNCTION record_deletion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO changes (tenant_id, kind, document_id, object_id, payload, readers)
        VALUES (OLD.tenant_id, 'document.deleted', OLD.id, OLD.id,
            jsonb_build_object('made_by', current_principal()),
            ARRAY(SELECT r.user_id FROM readers_of(OLD, NULL, NULL) r));
    RETURN NULL;
END
$$;

-- Returns those of the documents that were deleted while a user could read them. Only an active user gets any.
CREATE FUNCTION deletions_known_to(person uuid, wanted uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.document_id FROM changes c
    WHERE c.tenant_id = (SELECT current_tenant()) AND c.document_id = ANY (wanted) AND c.kind = 'document.deleted'
      AND person = ANY (c.readers)
      AND EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = (SELECT current_tenant()) AND u.id = person
          AND u.disabled_at IS NULL AND u.deleted_at IS NULL AND cardinality(u.roles) > 0)
$$;

-- Returns whether the principal may use Footnote now.
CREATE FUNCTION principal_is_active() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = (SELECT current_tenant())
        AND u.id = (SELECT current_principal()) AND u.disabled_at IS NULL)
$$;

REVOKE ALL ON FUNCTION readers_of(documents, uuid, int), record_deletion(), deletions_known_to(uuid, uuid[]),
    principal_is_active() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION principal_is_active() TO footnote_api;
GRANT EXECUTE ON FUNCTION deletions_known_to(uuid, uuid[]) TO footnote_worker;
GRANT EXECUTE ON FUNCTION record_deletion() TO footnote_owner;

RESET ROLE;

ALTER POLICY api_read ON changes
    USING (tenant_id = (SELECT current_tenant())
        AND (EXISTS (SELECT 1 FROM documents d WHERE d.id = changes.document_id)
            OR kind = 'document.deleted' AND (SELECT current_principal()) = ANY (readers)
                AND (SELECT principal_is_active())));
ALTER POLICY api_read ON webhook_deliveries
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_deliveries.webhook_id)
        AND (document_id IS NULL OR EXISTS (SELECT 1 FROM documents d WHERE d.id = webhook_deliveries.document_id)
            OR kind = 'document.deleted' AND EXISTS (SELECT 1 FROM changes c
                WHERE c.document_id = webhook_deliveries.document_id AND c.kind = 'document.deleted')));
ALTER POLICY api_update ON webhook_deliveries
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_deliveries.webhook_id)
        AND (document_id IS NULL OR EXISTS (SELECT 1 FROM documents d WHERE d.id = webhook_deliveries.document_id)
            OR kind = 'document.deleted' AND EXISTS (SELECT 1 FROM changes c
                WHERE c.document_id = webhook_deliveries.document_id AND c.kind = 'document.deleted')))
    WITH CHECK (tenant_id = (SELECT current_tenant()));

CREATE TRIGGER record_deletion AFTER UPDATE OF deleted_at ON documents FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION record_deletion();

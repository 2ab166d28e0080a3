-- Who reads and writes the rows of the editors' desk. `FROM documents d` returns only documents that the principal may
-- read; PostgreSQL looks up each by its key.

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{schemas, schema_versions, review_tasks, proposals, fields, field_revisions, field_comments,
            review_views, review_policies, changes}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('CREATE POLICY worker_all ON %I TO footnote_worker '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('GRANT SELECT ON %I TO footnote_worker, footnote_api', name);
    END LOOP;
    FOREACH name IN ARRAY '{review_tasks, proposals, fields, changes}'::text[] LOOP
        EXECUTE format('CREATE POLICY api_read ON %1$I FOR SELECT TO footnote_api '
            'USING (tenant_id = (SELECT current_tenant()) '
            'AND EXISTS (SELECT 1 FROM documents d WHERE d.id = %1$I.document_id))', name);
    END LOOP;
    FOREACH name IN ARRAY '{field_revisions, field_comments}'::text[] LOOP
        EXECUTE format('CREATE POLICY api_read ON %1$I FOR SELECT TO footnote_api '
            'USING (tenant_id = (SELECT current_tenant()) '
            'AND EXISTS (SELECT 1 FROM documents d WHERE d.id = %1$I.document_id) '
            'AND (NOT sealed OR made_by = (SELECT current_principal()) OR is_read_twice(field_id, round)))', name);
        EXECUTE format('CREATE POLICY api_insert ON %1$I FOR INSERT TO footnote_api '
            'WITH CHECK (tenant_id = (SELECT current_tenant()) AND made_by = (SELECT current_principal()) '
            'AND (SELECT principal_reviews()) AND EXISTS (SELECT 1 FROM documents d WHERE d.id = %1$I.document_id '
            'AND d.access_class_id = ANY ((SELECT editable_classes())::int[])))', name);
        EXECUTE format('GRANT INSERT ON %I TO footnote_api', name);
    END LOOP;
END $$;
GRANT INSERT, UPDATE, DELETE ON schemas, review_tasks, proposals, fields TO footnote_worker;
GRANT INSERT ON schema_versions, field_revisions TO footnote_worker;

-- Editors, approvers and engineers write schemas. Nothing in them is from a document.
GRANT INSERT, UPDATE (title, document_types, version, archived_at) ON schemas TO footnote_api;
GRANT INSERT ON schema_versions TO footnote_api;
CREATE POLICY api_read ON schemas FOR SELECT TO footnote_api USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY api_read ON schema_versions FOR SELECT TO footnote_api USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY api_insert ON schemas FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND created_by = (SELECT current_principal())
        AND ((SELECT principal_reviews()) OR (SELECT principal_is_engineer())));
CREATE POLICY api_update ON schemas FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_reviews()) OR (SELECT principal_is_engineer())))
    WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY api_insert ON schema_versions FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND created_by = (SELECT current_principal())
        AND ((SELECT principal_reviews()) OR (SELECT principal_is_engineer())));

-- Nobody locks or changes a task while another person has the claim, except an approver.
GRANT INSERT, UPDATE (schema_version, state, assignee, claimed_by, claim_token, claim_until, available_at, called_at,
    attempts, error_code, error_detail) ON review_tasks TO footnote_api;
CREATE POLICY api_insert ON review_tasks FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND created_by = (SELECT current_principal())
        AND state = 'queued' AND (SELECT principal_reviews())
        AND EXISTS (SELECT 1 FROM documents d WHERE d.id = review_tasks.document_id
            AND d.access_class_id = ANY ((SELECT editable_classes())::int[])));
CREATE POLICY api_update ON review_tasks FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_reviews())
        AND (claimed_by IS NULL OR claimed_by = (SELECT current_principal()) OR claim_until <= now()
            OR (SELECT principal_approves()))
        AND EXISTS (SELECT 1 FROM documents d WHERE d.id = review_tasks.document_id
            AND d.access_class_id = ANY ((SELECT editable_classes())::int[])))
    WITH CHECK (tenant_id = (SELECT current_tenant()));

GRANT INSERT, UPDATE (name, filters, shared, revision, changed_at), DELETE ON review_views TO footnote_api;
CREATE POLICY api_read ON review_views FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (shared OR user_id = (SELECT current_principal())));
CREATE POLICY api_insert ON review_views FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_update ON review_views FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_delete ON review_views FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));

GRANT INSERT, DELETE ON review_policies TO footnote_api;
CREATE POLICY api_read ON review_policies FOR SELECT TO footnote_api USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY api_insert ON review_policies FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND made_by = (SELECT current_principal())
        AND (SELECT principal_approves()));
CREATE POLICY api_delete ON review_policies FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_approves()));

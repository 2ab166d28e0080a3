-- Row-level security of requests: the privileges and policies of footnote_api, for the transaction's principal. A
-- request can do only what this file permits. Policies that depend on a document or collection check access classes
-- (`visible_classes`, `editable_classes` and `owned_classes`). Policies that depend on the principal's roles call
-- functions with the prefix `principal_`. policy.sql has all these functions.

-- 1. Tenants, users and groups

GRANT SELECT ON tenants TO footnote_api;
CREATE POLICY api_read ON tenants FOR SELECT TO footnote_api USING (id = (SELECT current_tenant()));

-- The application creates a tenant's first data key (version 1) when it is needed. An operator creates later data keys.
GRANT SELECT, INSERT ON tenant_keys TO footnote_api;
CREATE POLICY api_read ON tenant_keys FOR SELECT TO footnote_api USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY api_insert ON tenant_keys FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND version = 1);

-- Names of users and groups can reveal a deal. A principal therefore sees only itself and its own groups;
-- administrators and auditors see all users and groups. Before a user is signed in, the application looks up users as
-- the system principal of the tenant (the nil UUID).
GRANT SELECT, INSERT,
    UPDATE (name, roles, disabled_at, email, external_id, user_name, profile, deleted_at) ON users TO footnote_api;
CREATE POLICY api_read ON users FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (id = (SELECT current_principal()) OR (SELECT principal_holds('{admin,auditor}'))));
CREATE POLICY api_sign_in ON users FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (SELECT current_principal()) = '00000000-0000-0000-0000-000000000000');
CREATE POLICY api_insert ON users FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));
CREATE POLICY api_update ON users FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));

GRANT SELECT, INSERT, DELETE, UPDATE (name, external_id) ON groups TO footnote_api;
CREATE POLICY api_read ON groups FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_holds('{admin,auditor}'))
        OR id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = (SELECT current_principal()))));
CREATE POLICY api_insert ON groups FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));
CREATE POLICY api_update ON groups FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));
CREATE POLICY api_delete ON groups FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));

GRANT SELECT, INSERT, DELETE ON group_members, group_nestings TO footnote_api;
CREATE POLICY api_read ON group_members FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_holds('{admin,auditor}'))));
CREATE POLICY api_insert ON group_members FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));
CREATE POLICY api_delete ON group_members FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));
CREATE POLICY api_read ON group_nestings FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}')));
CREATE POLICY api_insert ON group_nestings FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));
CREATE POLICY api_delete ON group_nestings FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin()));

-- 2. API keys and sign-in

-- Requests can't read the digests of API keys. A key that may not manage access can't create a key that may manage it.
GRANT SELECT (id, tenant_id, user_id, name, prefix, created_at, expires_at, revoked_at, scopes, successor_id, ends_by),
    INSERT, UPDATE (revoked_at, expires_at, successor_id) ON api_keys TO footnote_api;
CREATE POLICY api_read ON api_keys FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin())));
CREATE POLICY api_insert ON api_keys FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND (NOT (SELECT principal_is_narrowed()) OR scopes IS NOT NULL AND NOT scopes && '{access:manage}')
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin()) AND may_be_given_key(user_id)));
CREATE POLICY api_update ON api_keys FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin())))
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin())));

-- Before a user is signed in, the application reads providers and links accounts as the system principal of the tenant.
GRANT SELECT, INSERT, DELETE,
    UPDATE (name, sealed_secret, audience, email_domains, link_by, enabled, revision, updated_at)
    ON identity_providers TO footnote_api;
CREATE POLICY api_read ON identity_providers FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND ((SELECT current_principal()) = '00000000-0000-0000-0000-000000000000' OR (SELECT principal_is_admin())));
CREATE POLICY api_insert ON identity_providers FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access())
        AND created_by = (SELECT current_principal()));
CREATE POLICY api_update ON identity_providers FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));
CREATE POLICY api_delete ON identity_providers FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

GRANT SELECT, INSERT, DELETE ON user_identities TO footnote_api;
CREATE POLICY api_read ON user_identities FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND ((SELECT current_principal()) = '00000000-0000-0000-0000-000000000000' OR (SELECT principal_is_admin())));
CREATE POLICY api_insert ON user_identities FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND ((SELECT current_principal()) = '00000000-0000-0000-0000-000000000000'
            OR (SELECT principal_manages_access())));
CREATE POLICY api_delete ON user_identities FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

-- Requests can't read the digests of session tokens. If a user opens a session with an API key, the key must be their
-- own. A key that may not manage access can't open a session that may manage it.
GRANT SELECT (tenant_id, id, user_id, provider_id, key_id, created_at, last_seen_at, idle_ends_at, ends_at, revoked_at),
    INSERT, DELETE, UPDATE (last_seen_at, idle_ends_at, revoked_at) ON web_sessions TO footnote_api;
CREATE POLICY api_read ON web_sessions FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin())));
CREATE POLICY api_insert ON web_sessions FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal())
        AND (key_id IS NULL AND NOT (SELECT principal_is_narrowed())
            OR EXISTS (SELECT 1 FROM api_keys k WHERE k.tenant_id = web_sessions.tenant_id
                AND k.id = web_sessions.key_id AND k.user_id = web_sessions.user_id
                AND (NOT (SELECT principal_is_narrowed())
                    OR k.scopes IS NOT NULL AND NOT k.scopes && '{access:manage}'))));
CREATE POLICY api_update ON web_sessions FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin())))
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin())));
CREATE POLICY api_delete ON web_sessions FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_records TO footnote_api;
CREATE POLICY api_read ON idempotency_records FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_insert ON idempotency_records FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_update ON idempotency_records FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_delete ON idempotency_records FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));

-- 3. Collections and documents: by access class

GRANT SELECT, UPDATE (name, revision) ON collections TO footnote_api;
CREATE POLICY api_read ON collections FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT visible_classes())::int[]));
CREATE POLICY api_update ON collections FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT editable_classes())::int[]))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT editable_classes())::int[]));

GRANT SELECT, INSERT,
    UPDATE (content_sha256, title, issuer, issuer_key, issuer_aliases, document_type, fiscal_year, fiscal_period,
        period_end, filing_date, currency, scale, metadata_sources, filename, revision, updated_at, source)
    ON documents TO footnote_api;
CREATE POLICY api_read ON documents FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT visible_classes())::int[]));
CREATE POLICY api_insert ON documents FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT editable_classes())::int[]));
CREATE POLICY api_update ON documents FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT editable_classes())::int[]))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND access_class_id = ANY ((SELECT editable_classes())::int[]));

-- A document's versions, pages and runs are visible if the document is visible: in these policies, `FROM documents d`
-- returns only documents that the principal may read.
GRANT SELECT, INSERT, UPDATE (status, sealed_password) ON document_versions TO footnote_api;
CREATE POLICY api_read ON document_versions FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d));
CREATE POLICY api_insert ON document_versions FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d
        WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[])));
CREATE POLICY api_update ON document_versions FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d
        WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[])))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d
        WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[])));

GRANT SELECT ON pages TO footnote_api;
CREATE POLICY api_read ON pages FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d));

GRANT SELECT, INSERT ON runs, stages TO footnote_api;
CREATE POLICY api_read ON runs FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d));
CREATE POLICY api_insert ON runs FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT d.id FROM documents d
        WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[])));
CREATE POLICY api_read ON stages FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND run_id IN (SELECT r.id FROM runs r));
CREATE POLICY api_insert ON stages FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND run_id IN (
        SELECT r.id FROM runs r JOIN documents d ON d.id = r.document_id
        WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[])));

GRANT INSERT ON outbox TO footnote_api;
CREATE POLICY api_insert ON outbox FOR INSERT TO footnote_api WITH CHECK (tenant_id = (SELECT current_tenant()));

-- 4. Search: by access class

GRANT SELECT ON indexed_documents, chunks, chunk_embeddings, chunk_signatures, term_postings TO footnote_api;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{indexed_documents, chunks, chunk_embeddings, term_postings}'::text[] LOOP
        EXECUTE format('CREATE POLICY api_read ON %I FOR SELECT TO footnote_api '
            'USING (tenant_id = (SELECT current_tenant()) '
            'AND access_class_id = ANY ((SELECT visible_classes())::int[]))', name);
    END LOOP;
END $$;
-- Signatures have no access class. A change of a document's class therefore does not rewrite them. This policy checks
-- the document's row in indexed_documents instead.
CREATE POLICY api_read ON chunk_signatures FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND document_id IN (SELECT i.document_id FROM indexed_documents i));

-- 5. Access. Administrators and auditors see all rows. Owners see the rows of their own collections and documents.
-- Requests create and delete grants only through the functions of changes.sql.

GRANT SELECT ON access_classes, grants, policy_history TO footnote_api;
CREATE POLICY api_read ON access_classes FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND id = ANY ((SELECT visible_classes())::int[]));
CREATE POLICY api_read ON grants FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_holds('{admin,auditor}'))
        OR collection_id IN (SELECT c.id FROM collections c
            WHERE c.access_class_id = ANY ((SELECT owned_classes())::int[]))
        OR document_id IN (SELECT d.id FROM documents d
            WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))));
CREATE POLICY api_read ON policy_history FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}')));

-- A label's name can reveal a deal: only principals with clearance for the label, administrators and auditors see it.
GRANT SELECT, INSERT, DELETE ON labels, clearances, collection_labels, document_labels, entitlement_packs, exclusions
    TO footnote_api;
CREATE POLICY api_read ON labels FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND ((SELECT principal_holds('{admin,auditor}')) OR id IN (SELECT cleared_labels())));
CREATE POLICY api_insert ON labels FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));
CREATE POLICY api_delete ON labels FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

CREATE POLICY api_read ON clearances FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_holds('{admin,auditor}'))));
CREATE POLICY api_insert ON clearances FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));
CREATE POLICY api_delete ON clearances FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

-- An owner may add a label for which they have clearance. Only administrators who may manage access may remove a label.
CREATE POLICY api_read ON collection_labels FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_holds('{admin,auditor}'))
        OR label_id IN (SELECT cleared_labels()) AND collection_id IN (SELECT c.id FROM collections c)));
CREATE POLICY api_insert ON collection_labels FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND label_id IN (SELECT l.id FROM labels l)
        AND ((SELECT principal_manages_access()) OR collection_id IN (SELECT c.id FROM collections c
            WHERE c.access_class_id = ANY ((SELECT owned_classes())::int[]))));
CREATE POLICY api_delete ON collection_labels FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

CREATE POLICY api_read ON document_labels FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_holds('{admin,auditor}'))
        OR label_id IN (SELECT cleared_labels()) AND document_id IN (SELECT d.id FROM documents d)));
CREATE POLICY api_insert ON document_labels FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND label_id IN (SELECT l.id FROM labels l)
        AND ((SELECT principal_manages_access()) OR document_id IN (SELECT d.id FROM documents d
            WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))));
CREATE POLICY api_delete ON document_labels FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

CREATE POLICY api_read ON entitlement_packs FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}')));
CREATE POLICY api_insert ON entitlement_packs FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));
CREATE POLICY api_delete ON entitlement_packs FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

CREATE POLICY api_read ON exclusions FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_holds('{admin,auditor}'))
        OR document_id IN (SELECT d.id FROM documents d
            WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))));
CREATE POLICY api_insert ON exclusions FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_manages_access())
        OR document_id IN (SELECT d.id FROM documents d
            WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))));
CREATE POLICY api_delete ON exclusions FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND ((SELECT principal_manages_access())
        OR document_id IN (SELECT d.id FROM documents d
            WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))));

-- 6. Questions and answers: users see only their own

GRANT SELECT, INSERT ON questions, answers, claims, citations TO footnote_api;
CREATE POLICY api_read ON questions FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_insert ON questions FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
-- An answer is readable only while the user may read each document that it cites.
CREATE POLICY api_read ON answers FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND question_id IN (SELECT q.id FROM questions q)
        AND NOT EXISTS (SELECT 1 FROM answer_sources(answers.question_id) s
            WHERE s NOT IN (SELECT d.id FROM documents d)));
CREATE POLICY api_insert ON answers FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND question_id IN (SELECT q.id FROM questions q));
-- A dropped claim can contain text of any document in `drafted_from`. It is readable only while the user may read all
-- these documents, and never if `drafted_from` is empty.
CREATE POLICY api_read ON claims FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND EXISTS (SELECT 1 FROM answers a
        WHERE a.question_id = claims.question_id AND (claims.dropped_reason IS NULL OR a.drafted_from <> '{}'
            AND NOT EXISTS (SELECT 1 FROM unnest(a.drafted_from) s(id)
                WHERE s.id NOT IN (SELECT d.id FROM documents d)))));
CREATE POLICY api_insert ON claims FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND question_id IN (SELECT q.id FROM questions q));
CREATE POLICY api_read ON citations FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND question_id IN (SELECT a.question_id FROM answers a));
CREATE POLICY api_insert ON citations FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND question_id IN (SELECT q.id FROM questions q));

-- 7. Evaluations: engineers only. A run's cases can be inserted only by the transaction that inserts the run.

GRANT SELECT, INSERT ON eval_runs, eval_cases TO footnote_api;
CREATE POLICY api_read ON eval_runs FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_engineer()));
CREATE POLICY api_insert ON eval_runs FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_engineer())
        AND published_by = (SELECT current_principal()));
CREATE POLICY api_read ON eval_cases FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_engineer()));
CREATE POLICY api_insert ON eval_cases FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_engineer())
        AND EXISTS (SELECT 1 FROM eval_runs r WHERE r.tenant_id = eval_cases.tenant_id AND r.id = eval_cases.run_id
            AND r.xmin = pg_current_xact_id()::xid));

-- 8. The audit log. Every principal may insert its own events; the database sets their time. Auditors may read all
-- events.

GRANT SELECT,
    INSERT (id, tenant_id, actor_id, key_id, action, object_type, object_id, request_id, client, detail)
    ON audit_events TO footnote_api;
CREATE POLICY api_read ON audit_events FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{auditor}')));
CREATE POLICY api_insert ON audit_events FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND actor_id = (SELECT current_principal()));
GRANT SELECT ON audit_chain TO footnote_api;
CREATE POLICY api_read ON audit_chain FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{auditor}')));

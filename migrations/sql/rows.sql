-- Row-level security: the rows that each role may read and write. It is forced on every table with rows of tenants.
-- rows_api.sql has the policies of footnote_api; this file has the policies of all other roles.
--   footnote_owner    Migrates the schema and creates tenants. It has access to the rows of the transaction's tenant.
--   footnote_worker   Ingests documents. It has access to the rows of the transaction's tenant.
--   footnote_api      Serves requests. It has access to the rows that the transaction's principal may read and change.
--   footnote_relay    Sends messages. It has access to the outbox of all tenants.
--   footnote_definer  Owns the functions of the other files, and can't log in. Its policies with USING (true) allow
--                     rows of all tenants, because its functions check the tenant themselves.
-- Policies call functions in sub-selects, because PostgreSQL evaluates a sub-select once per query and not once per
-- row.

GRANT USAGE ON SCHEMA public TO footnote_api, footnote_worker, footnote_relay, footnote_definer;
GRANT SELECT ON alembic_version TO footnote_api, footnote_worker, footnote_relay;
GRANT SELECT ON embedding_spaces TO footnote_api, footnote_worker;

-- 1. Row-level security on every table: without a policy, a role sees no rows

DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname NOT IN ('alembic_version', 'embedding_spaces')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

-- 2. The owner: the rows of the transaction's tenant

CREATE POLICY owner_all ON tenants TO footnote_owner
    USING (id = (SELECT current_tenant())) WITH CHECK (id = (SELECT current_tenant()));
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{
        tenant_keys, users, groups, group_members, group_nestings, group_closure, api_keys, identity_providers,
        user_identities, web_sessions, idempotency_records, collections, collection_closure, documents,
        document_versions, pages, runs, stages, stage_outputs, outbox, access_classes, grants, labels, clearances,
        collection_labels, document_labels, entitlement_packs, exclusions, policy_history, learned_classes,
        indexed_documents, chunks, chunk_embeddings, chunk_signatures, term_postings, questions, answers, claims,
        citations, eval_runs, eval_cases, audit_events}'::text[]
    LOOP
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
    FOREACH name IN ARRAY '{audit_heads, audit_chain, audit_waiting, audit_checkpoints}'::text[] LOOP
        EXECUTE format('CREATE POLICY owner_read ON %I FOR SELECT TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;
-- The owner may delete the HMAC key of a login role. The role then stores a new key. The owner may not delete the key
-- of the seals (context.sql), which has the role ''.
CREATE POLICY owner_forgets ON context_keys FOR DELETE TO footnote_owner USING (role <> '');

-- 3. The worker: the rows of the transaction's tenant, except access, sign-in and evaluations

GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO footnote_worker;
CREATE POLICY worker_all ON tenants TO footnote_worker
    USING (id = (SELECT current_tenant())) WITH CHECK (id = (SELECT current_tenant()));
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{
        tenant_keys, users, groups, group_members, api_keys, idempotency_records, collections, documents,
        document_versions, pages, runs, stages, stage_outputs, outbox, access_classes, grants, indexed_documents,
        chunks, chunk_embeddings, chunk_signatures, term_postings, questions, answers, claims, citations}'::text[]
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO footnote_worker', name);
        EXECUTE format('CREATE POLICY worker_all ON %I TO footnote_worker '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;
-- The worker inserts audit events and signed checkpoints. It can't set the time of an event: the database sets it.
GRANT INSERT (id, tenant_id, actor_id, key_id, action, object_type, object_id, request_id, client, detail)
    ON audit_events TO footnote_worker;
CREATE POLICY worker_insert ON audit_events FOR INSERT TO footnote_worker
    WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT ON audit_checkpoints TO footnote_worker;
CREATE POLICY worker_read ON audit_checkpoints FOR SELECT TO footnote_worker
    USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY worker_sign ON audit_checkpoints FOR INSERT TO footnote_worker
    WITH CHECK (tenant_id = (SELECT current_tenant()));

-- 4. The relay: the outbox

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO footnote_relay;
CREATE POLICY relay_all ON outbox TO footnote_relay USING (true) WITH CHECK (true);

-- 5. The definer: the rights that its functions need

-- 5.1 Contexts and classes

GRANT SELECT, INSERT ON context_keys TO footnote_definer;
GRANT SELECT, DELETE ON group_nestings TO footnote_definer;
GRANT SELECT, INSERT, DELETE ON group_closure, collection_closure TO footnote_definer;
GRANT SELECT ON labels, clearances, collection_labels, entitlement_packs, exclusions TO footnote_definer;
GRANT SELECT, DELETE ON document_labels TO footnote_definer;
GRANT SELECT, INSERT ON policy_history TO footnote_definer;
GRANT SELECT, INSERT, UPDATE ON learned_classes TO footnote_definer;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{
        context_keys, group_nestings, group_closure, collection_closure, labels, clearances, collection_labels,
        document_labels, entitlement_packs, exclusions, policy_history, learned_classes}'::text[]
    LOOP
        EXECUTE format('CREATE POLICY definer_all ON %I TO footnote_definer USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;

-- 5.2 Reading across tenants

GRANT SELECT ON tenants, users, group_members, api_keys, collections, access_classes, grants, citations, runs, stages,
    outbox, identity_providers, web_sessions TO footnote_definer;
GRANT SELECT (tenant_id, provider_id, user_id) ON user_identities TO footnote_definer;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{
        tenants, users, group_members, api_keys, collections, access_classes, grants, citations, runs, stages, outbox,
        identity_providers, web_sessions, user_identities}'::text[]
    LOOP
        EXECUTE format('CREATE POLICY definer_read ON %I FOR SELECT TO footnote_definer USING (true)', name);
    END LOOP;
END $$;
CREATE POLICY definer_history ON documents FOR SELECT TO footnote_definer USING (true);
CREATE POLICY definer_counts ON indexed_documents FOR SELECT TO footnote_definer USING (true);

-- 5.3 Changing rows of the transaction's tenant

GRANT USAGE ON SEQUENCE access_class_ids TO footnote_definer;
GRANT INSERT, UPDATE ON collections TO footnote_definer;
GRANT INSERT ON access_classes TO footnote_definer;
GRANT INSERT, DELETE ON grants TO footnote_definer;
CREATE POLICY definer_insert ON collections FOR INSERT TO footnote_definer
    WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY definer_update ON collections FOR UPDATE TO footnote_definer
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY definer_insert ON access_classes FOR INSERT TO footnote_definer
    WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY definer_insert ON grants FOR INSERT TO footnote_definer
    WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY definer_delete ON grants FOR DELETE TO footnote_definer USING (tenant_id = (SELECT current_tenant()));

GRANT SELECT, UPDATE ON documents, indexed_documents, chunks, chunk_embeddings, term_postings TO footnote_definer;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{documents, indexed_documents, chunks, chunk_embeddings, term_postings}'::text[] LOOP
        EXECUTE format('CREATE POLICY definer_own ON %I TO footnote_definer '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;

GRANT UPDATE (entered_at) ON users TO footnote_definer;
CREATE POLICY definer_enter ON users FOR UPDATE TO footnote_definer
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT UPDATE (revoked_at) ON web_sessions TO footnote_definer;
CREATE POLICY definer_end ON web_sessions FOR UPDATE TO footnote_definer
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
-- PostgreSQL lets a role lock a row only if the role may update it. This policy permits locking rows (USING), but
-- rejects every update (WITH CHECK).
GRANT UPDATE (updated_at) ON identity_providers TO footnote_definer;
CREATE POLICY definer_hold ON identity_providers FOR UPDATE TO footnote_definer
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (false);
-- The definer updates the revision of a group after a change of its members (sign_in.sql). Other policies have already
-- checked this change.
GRANT SELECT, UPDATE (revision, updated_at) ON groups TO footnote_definer;
CREATE POLICY definer_revise ON groups TO footnote_definer USING (true) WITH CHECK (true);

-- 5.4 Jobs of all tenants: stages and queued tasks

GRANT UPDATE ON stages TO footnote_definer;
CREATE POLICY definer_sweep ON stages FOR UPDATE TO footnote_definer USING (true);
GRANT INSERT ON outbox TO footnote_definer;
CREATE POLICY definer_call ON outbox FOR INSERT TO footnote_definer WITH CHECK (topic = 'jobs.run_stage');
CREATE POLICY definer_call_collectors ON outbox FOR INSERT TO footnote_definer
    WITH CHECK (topic = 'storage.collect_blobs');
CREATE POLICY definer_call_checkpoints ON outbox FOR INSERT TO footnote_definer
    WITH CHECK (topic = 'audit.sign_checkpoint');

-- 5.5 The audit log

GRANT SELECT, INSERT, UPDATE ON audit_heads TO footnote_definer;
GRANT SELECT, INSERT ON audit_chain TO footnote_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_waiting TO footnote_definer;
GRANT SELECT ON audit_checkpoints TO footnote_definer;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{audit_heads, audit_chain, audit_waiting, audit_checkpoints}'::text[] LOOP
        EXECUTE format('CREATE POLICY definer_all ON %I TO footnote_definer USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;

-- The policy as in 0017, and asked from the other side as in 0016, but for packs: those that name types hold what a person
-- said to be of one (`said_type`). What a document says of itself opens it to nobody.
CREATE OR REPLACE FUNCTION classes_of(tenant uuid, person uuid) RETURNS TABLE (class_id int, level int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    joined uuid[];
    mine uuid[];
    cleared uuid[];
    looks_up text := current_setting('enable_nestloop');
    many boolean;
    by_collection boolean;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = tenant AND u.id = person AND u.disabled_at IS NULL) THEN
        RETURN;
    END IF;
    joined := ARRAY(SELECT m.group_id FROM group_members m WHERE m.tenant_id = tenant AND m.user_id = person);
    mine := person || joined || ARRAY(SELECT DISTINCT c.group_id FROM (SELECT unnest(joined) AS id) j
        JOIN group_closure c ON c.tenant_id = tenant AND c.member_group_id = j.id);
    many := cardinality(mine) > 500;
    by_collection := many AND 5000 >= (SELECT count(*) FROM (
        SELECT FROM collections c WHERE c.tenant_id = tenant LIMIT 5001) counted);
    cleared := ARRAY(SELECT k.label_id FROM (SELECT unnest(mine) AS id) s
        JOIN clearances k ON k.tenant_id = tenant AND k.subject_id = s.id
        WHERE k.expires_at IS NULL OR k.expires_at > now());
    IF many THEN
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    RETURN QUERY
    WITH subjects AS MATERIALIZED (
        SELECT unnest(mine) AS id
    ), held AS MATERIALIZED (
        SELECT COALESCE(g.collection_id, g.document_id, g.pack_id) AS id, max(g.level) AS level FROM subjects s
        JOIN grants g ON g.tenant_id = tenant AND g.subject_id = s.id
        WHERE (g.expires_at IS NULL OR g.expires_at > now()) AND (NOT by_collection OR g.collection_id IS NULL)
        GROUP BY 1
        UNION ALL
        SELECT c.id, highest.level FROM collections c CROSS JOIN LATERAL (
            SELECT g.level FROM grants g
            WHERE g.tenant_id = tenant AND g.collection_id = c.id AND (g.expires_at IS NULL OR g.expires_at > now())
              AND (g.subject_id IN (SELECT s.id FROM subjects s)) IS TRUE
            ORDER BY g.level DESC LIMIT 1) highest
        WHERE by_collection AND c.tenant_id = tenant
    ), opened AS (
        SELECT c.collection_id, max(h.level) AS level FROM held h
        JOIN collection_closure c ON c.tenant_id = tenant AND c.ancestor_id = h.id
        GROUP BY 1
    ), classes AS (
        SELECT a.id AS class_id, o.level FROM opened o
        JOIN access_classes a ON a.tenant_id = tenant AND a.collection_id = o.collection_id
        UNION ALL
        SELECT a.id, h.level FROM held h JOIN access_classes a ON a.tenant_id = tenant AND a.document_id = h.id
        UNION ALL
        SELECT a.id, 1 FROM held h
        JOIN entitlement_packs p ON p.tenant_id = tenant AND p.id = h.id
        JOIN access_classes a ON a.tenant_id = tenant
            AND (p.document_types = '{}' OR a.said_type = ANY (p.document_types))
            AND (p.sources = '{}' OR a.source = ANY (p.sources))
    ), closed AS (
        SELECT a.id FROM collection_labels l
        JOIN collection_closure c ON c.tenant_id = tenant AND c.ancestor_id = l.collection_id
        JOIN access_classes a ON a.tenant_id = tenant AND a.collection_id = c.collection_id
        WHERE l.tenant_id = tenant AND l.label_id <> ALL (cleared)
        UNION ALL
        SELECT a.id FROM access_classes a
        WHERE a.tenant_id = tenant AND a.label_ids <> '{}' AND NOT a.label_ids <@ cleared
        UNION ALL
        SELECT a.id FROM subjects s
        JOIN exclusions e ON e.tenant_id = tenant AND e.subject_id = s.id
        JOIN access_classes a ON a.tenant_id = tenant AND a.document_id = e.document_id
        WHERE e.expires_at IS NULL OR e.expires_at > now()
    )
    SELECT o.class_id, max(o.level) FROM classes o WHERE o.class_id NOT IN (SELECT x.id FROM closed x) GROUP BY 1;
    PERFORM set_config('enable_nestloop', looks_up, true);
END
$$;

-- Who may read a document, as what, by which grants (tests hold both together).
CREATE OR REPLACE FUNCTION list_readers(a_document uuid, after_id uuid, at_most int)
RETURNS TABLE (user_id uuid, level int, grant_ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    tenant uuid := current_tenant();
    around uuid[];
    barriers uuid[];
    it documents;
BEGIN
    SELECT d.* INTO it FROM documents d WHERE d.tenant_id = tenant AND d.id = a_document AND d.deleted_at IS NULL;
    IF it.id IS NULL OR NOT principal_holds('{admin,auditor}') THEN
        RETURN;
    END IF;
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

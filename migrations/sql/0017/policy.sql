-- The policy itself: which access classes somebody may read (1), edit (2) or own (3).
--   A grant opens a collection with all that is inside it, one document, or what an entitlement pack names.
--   It is held by a user, or by a group and whoever is in it, however deep; until it expires.
--   A label on a document, or on a collection around it, closes it to whoever is not cleared for that label,
--   whatever the grants say. An exclusion closes one document to a user or a group.
-- Plans are made for the numbers at hand. The grants of ten groups are looked up; of ten thousand, each collection's
-- are read from the highest level down, as far as the first that is held.
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
            AND (p.document_types = '{}' OR a.document_type = ANY (p.document_types))
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

CREATE OR REPLACE FUNCTION classes_at(minimum_level int) RETURNS int[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who text := context_body();
    tenant uuid;
    sealed text;
    body text;
BEGIN
    IF who IS NULL THEN
        RETURN '{}';
    END IF;
    tenant := split_part(who, '|', 1)::uuid;
    sealed := current_setting('footnote.classes', true);
    body := split_part(sealed, '#', 1);
    IF sealed IS NOT NULL AND sealed <> '' AND is_not_behind(split_part(body, '|', 1), policy_position(tenant))
        AND split_part(sealed, '#', 2) = context_mac('', who || '|' || body) THEN
        RETURN ('{' || split_part(body, '|', minimum_level + 1) || '}')::int[];
    END IF;
    body := class_lists(tenant, split_part(who, '|', 2)::uuid);
    RETURN ('{' || split_part(body, '|', minimum_level) || '}')::int[];
END
$$;

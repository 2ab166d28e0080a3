-- Access reports for administrators and auditors. The reports contain ids, numbers and names of collections, but no
-- titles or texts of documents. For other principals, these functions return no rows.

SET LOCAL ROLE footnote_definer;

-- 1. Users

-- Returns pairs (subject, user). A subject is a user or a group: a user is paired with itself, and a group is paired
-- with each of its direct and nested members.
CREATE FUNCTION people_within(tenant uuid, subjects uuid[]) RETURNS TABLE (subject_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.id FROM users u WHERE u.tenant_id = tenant AND u.id = ANY (subjects)
    UNION
    SELECT m.group_id, m.user_id FROM group_members m WHERE m.tenant_id = tenant AND m.group_id = ANY (subjects)
    UNION
    SELECT c.group_id, m.user_id FROM group_closure c
    JOIN group_members m ON m.tenant_id = c.tenant_id AND m.group_id = c.member_group_id
    WHERE c.tenant_id = tenant AND c.group_id = ANY (subjects)
$$;

-- Returns the enabled users among the subjects, and the enabled members of groups among the subjects, ordered by id.
-- Returns all enabled users if `subjects` is null.
CREATE FUNCTION list_people(subjects uuid[], at_most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id FROM users u
    WHERE u.tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}'))
      AND u.disabled_at IS NULL
      AND (subjects IS NULL OR u.id IN (SELECT p.user_id FROM people_within((SELECT current_tenant()), subjects) p))
    ORDER BY u.id LIMIT at_most
$$;

-- Returns one row per user: the classes that the user may read, and the user's level in each class.
CREATE FUNCTION classes_of_people(people uuid[]) RETURNS TABLE (user_id uuid, class_ids int[], levels int[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, array_agg(c.class_id ORDER BY c.class_id), array_agg(c.level ORDER BY c.class_id)
    FROM unnest(people) p(id) CROSS JOIN LATERAL classes_of((SELECT current_tenant()), p.id) c
    WHERE (SELECT principal_holds('{admin,auditor}'))
    GROUP BY p.id
$$;

-- 2. Documents

CREATE FUNCTION count_documents(classes int[]) RETURNS TABLE (class_id int, documents bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.access_class_id, count(*) FROM documents d
    WHERE d.tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}'))
      AND d.deleted_at IS NULL AND d.access_class_id = ANY (classes)
    GROUP BY 1
$$;

CREATE FUNCTION classes_of_documents(wanted uuid[]) RETURNS TABLE (document_id uuid, class_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.access_class_id FROM documents d
    WHERE d.tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}'))
      AND d.deleted_at IS NULL AND d.id = ANY (wanted)
$$;

-- Returns the number of documents that a user may read in each collection, and the user's highest level there.
CREATE FUNCTION count_seen_by(person uuid) RETURNS TABLE (collection_id uuid, name text, level int, documents bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.name, max(s.level), count(*)
    FROM classes_of((SELECT current_tenant()), person) s
    JOIN documents d ON d.tenant_id = (SELECT current_tenant()) AND d.access_class_id = s.class_id
        AND d.deleted_at IS NULL
    JOIN collections c ON c.tenant_id = d.tenant_id AND c.id = d.collection_id
    WHERE (SELECT principal_holds('{admin,auditor}'))
    GROUP BY c.id, c.name ORDER BY c.name, c.id
$$;

-- Returns the readers of a document, with their levels and grants. This function applies the policy to one document;
-- `classes_of` (policy.sql) applies it to one user. tests/policy checks that both functions agree.
CREATE FUNCTION list_readers(a_document uuid, after_id uuid, at_most int)
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

-- 3. Collections

-- Returns all collections of the tenant, ordered by id.
CREATE FUNCTION list_governed_collections(after_id uuid, at_most int)
RETURNS TABLE (id uuid, parent_id uuid, name text, documents bigint, grants bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.parent_id, c.name,
        (SELECT count(*) FROM documents d WHERE d.tenant_id = c.tenant_id AND d.collection_id = c.id
            AND d.deleted_at IS NULL),
        (SELECT count(*) FROM grants g WHERE g.tenant_id = c.tenant_id AND g.collection_id = c.id
            AND (g.expires_at IS NULL OR g.expires_at > now()))
    FROM collections c
    WHERE c.tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}'))
      AND (after_id IS NULL OR c.id > after_id)
    ORDER BY c.id LIMIT at_most
$$;

CREATE FUNCTION find_governed_collections(named text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id FROM collections c
    WHERE c.tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}')) AND c.name = named
    ORDER BY c.id LIMIT 2
$$;

CREATE FUNCTION name_collections(wanted uuid[]) RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.name FROM collections c
    WHERE c.tenant_id = (SELECT current_tenant()) AND (SELECT principal_holds('{admin,auditor}'))
      AND c.id = ANY (wanted)
$$;

REVOKE ALL ON FUNCTION people_within(uuid, uuid[]), list_people(uuid[], int), classes_of_people(uuid[]),
    count_documents(int[]), classes_of_documents(uuid[]), count_seen_by(uuid), list_readers(uuid, uuid, int),
    list_governed_collections(uuid, int), find_governed_collections(text), name_collections(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_people(uuid[], int), classes_of_people(uuid[]), count_documents(int[]),
    classes_of_documents(uuid[]), count_seen_by(uuid), list_readers(uuid, uuid, int),
    list_governed_collections(uuid, int), find_governed_collections(text), name_collections(uuid[]) TO footnote_api;

RESET ROLE;

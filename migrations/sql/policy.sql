-- The access policy. It decides which access classes (tables/access.sql) a user may read (level 1), edit (level 2) or
-- own (level 3):
--   1. A grant gives access to a collection with everything inside it, to one document, or to the documents of an
--      entitlement pack.
--   2. A grant applies to a user, or to the direct and nested members of a group, until it expires.
--   3. A label on a document, or on a collection that contains it, denies access to users without clearance for the
--      label. No grant overrides a label.
--   4. An exclusion denies a user or a group access to one document. No grant overrides an exclusion.
-- classes.sql assigns an access class to each document. rows.sql and rows_api.sql apply the policy to each row.
-- changes.sql checks who may change the policy. tests/policy compares these functions with a model of the policy in
-- Python.

SET LOCAL ROLE footnote_definer;

-- 1. The classes of a user

-- Returns the classes that a user may read, each with the user's highest level. PostgreSQL plans every call separately,
-- because the fastest plan depends on the number of the user's groups. Usually the query looks up the grants of the
-- user and of each group. If the user is in more than 500 groups and the tenant has at most 5,000 collections, the
-- query instead reads the grants of each collection, highest level first, until one grant applies to the user.
CREATE FUNCTION classes_of(tenant uuid, person uuid) RETURNS TABLE (class_id int, level int)
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

-- Returns 'visible|editable|owned': three comma-separated lists of class ids, for levels of at least 1, 2 and 3.
CREATE FUNCTION class_lists(tenant uuid, person uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT concat(string_agg(c.class_id::text, ','), '|',
        string_agg(c.class_id::text, ',') FILTER (WHERE c.level >= 2), '|',
        string_agg(c.class_id::text, ',') FILTER (WHERE c.level >= 3))
    FROM classes_of(tenant, person) c
$$;

-- 2. Computing the classes once per transaction

-- Returns the position of the tenant's policy: the ids of its newest history row and its newest access class. Class
-- lists that were computed at a position are valid until the position changes.
CREATE FUNCTION policy_position(tenant uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT concat((SELECT max(h.id) FROM policy_history h WHERE h.tenant_id = tenant AND h.kind <> 'documents'), '.',
        (SELECT max(a.id) FROM access_classes a WHERE a.tenant_id = tenant))
$$;

-- Returns whether class lists that were computed at the position `worked_out` are valid at the position `here`. They
-- are valid if `here` is the same or an earlier position. An earlier position occurs in a statement that creates a
-- class: the statement does not see this class.
CREATE FUNCTION is_not_behind(worked_out text, here text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT COALESCE(NULLIF(split_part(worked_out, '.', 1), '')::bigint, 0) >=
            COALESCE(NULLIF(split_part(here, '.', 1), '')::bigint, 0)
        AND COALESCE(NULLIF(split_part(worked_out, '.', 2), '')::bigint, 0) >=
            COALESCE(NULLIF(split_part(here, '.', 2), '')::bigint, 0)
$$;

CREATE FUNCTION next_expiry(tenant uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT LEAST('infinity',
        (SELECT min(g.expires_at) FROM grants g WHERE g.tenant_id = tenant AND g.expires_at > now()),
        (SELECT min(k.expires_at) FROM clearances k WHERE k.tenant_id = tenant AND k.expires_at > now()),
        (SELECT min(e.expires_at) FROM exclusions e WHERE e.tenant_id = tenant AND e.expires_at > now()))
$$;

-- Returns the user's cached class lists, or null if they may be outdated. They are outdated if a grant, clearance or
-- exclusion of the tenant has expired, or if the policy or the classes were changed by a transaction that was not
-- finished when the lists were computed (`made_by` >= `horizon`). They are also outdated if the database was restored
-- into another cluster, which has different transaction ids.
CREATE FUNCTION kept_lists(tenant uuid, person uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.lists FROM learned_classes l
    WHERE l.tenant_id = tenant AND l.user_id = person AND l.valid_until > now()
      AND l.cluster = (SELECT c.system_identifier FROM pg_control_system() c)
      AND NOT EXISTS (SELECT 1 FROM policy_history h
          WHERE h.tenant_id = tenant AND h.kind <> 'documents' AND h.made_by >= l.horizon)
      AND NOT EXISTS (SELECT 1 FROM access_classes a WHERE a.tenant_id = tenant AND a.made_by >= l.horizon)
$$;

-- Stores the principal's class lists in the setting `footnote.classes`, with an HMAC over the principal, the position
-- and the lists. Also caches newly computed lists for later transactions. It does not cache empty lists, or lists that
-- another transaction is caching at the same time. It caches only in READ COMMITTED transactions that may write.
CREATE FUNCTION learn_classes() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who text := context_body();
    tenant uuid := split_part(who, '|', 1)::uuid;
    person uuid := split_part(who, '|', 2)::uuid;
    started_from xid8 := pg_snapshot_xmin(pg_current_snapshot());
    position_then text := policy_position(tenant);
    lists text := kept_lists(tenant, person);
    body text;
BEGIN
    IF who IS NULL THEN
        RETURN;
    END IF;
    IF lists IS NULL THEN
        lists := class_lists(tenant, person);
        IF lists <> '||' AND current_setting('transaction_isolation') = 'read committed'
            AND current_setting('transaction_read_only') = 'off'
            AND pg_try_advisory_xact_lock(hashtextextended('footnote classes ' || person, 0)) THEN
            INSERT INTO learned_classes (tenant_id, user_id, cluster, horizon, valid_until, lists)
                SELECT tenant, person, c.system_identifier, started_from, next_expiry(tenant), lists
                FROM pg_control_system() c
                ON CONFLICT (tenant_id, user_id) DO UPDATE
                SET cluster = EXCLUDED.cluster, horizon = EXCLUDED.horizon, valid_until = EXCLUDED.valid_until,
                    lists = EXCLUDED.lists;
        END IF;
    END IF;
    body := concat(position_then, '|', lists);
    PERFORM set_config('footnote.classes', body || '#' || context_mac('', who || '|' || body), true);
END
$$;

-- Returns the classes for which the transaction's principal has this level or a higher one. Uses the lists in
-- `footnote.classes` if their position and HMAC are valid, and otherwise computes the lists again.
CREATE FUNCTION classes_at(minimum_level int) RETURNS int[]
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

-- 3. Roles and clearances of the principal

CREATE FUNCTION principal_holds(wanted text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = (SELECT current_tenant())
        AND u.id = (SELECT current_principal()) AND u.disabled_at IS NULL AND u.roles && wanted)
$$;

CREATE FUNCTION principal_is_admin() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT principal_holds('{admin}') $$;

-- Administrators do not count as engineers: traces of evaluations contain text of documents, and the administrator's
-- role gives no access to documents.
CREATE FUNCTION principal_is_engineer() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT principal_holds('{engineer}') $$;

-- Returns whether the principal is an administrator and may manage access. An API key's scopes can exclude managing
-- access.
CREATE FUNCTION principal_manages_access() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT principal_is_admin() AND split_part(context_body(), '|', 4) <> 'narrowed'
$$;

-- Returns whether the scopes of the principal's API key exclude managing access. Returns true if there is no principal.
CREATE FUNCTION principal_is_narrowed() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE(split_part(context_body(), '|', 4) = 'narrowed', true)
$$;

-- Returns the labels that the principal is cleared for, directly or through a group.
CREATE FUNCTION cleared_labels() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.label_id FROM clearances k
    WHERE k.tenant_id = (SELECT current_tenant()) AND (k.expires_at IS NULL OR k.expires_at > now())
      AND EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = (SELECT current_tenant())
          AND u.id = (SELECT current_principal()) AND u.disabled_at IS NULL)
      AND (k.user_id = (SELECT current_principal()) OR k.group_id IN (
          SELECT m.group_id FROM group_members m
          WHERE m.tenant_id = (SELECT current_tenant()) AND m.user_id = (SELECT current_principal())
          UNION ALL
          SELECT c.group_id FROM group_members m
          JOIN group_closure c ON c.tenant_id = m.tenant_id AND c.member_group_id = m.group_id
          WHERE m.tenant_id = (SELECT current_tenant()) AND m.user_id = (SELECT current_principal())))
$$;

-- 4. Answers

-- Returns all documents that an answer cites, including documents that the principal may not read. An answer is
-- readable only while the principal may read all of them.
CREATE FUNCTION answer_sources(answered uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.document_id FROM citations c WHERE c.tenant_id = (SELECT current_tenant()) AND c.question_id = answered
$$;

REVOKE ALL ON FUNCTION classes_of(uuid, uuid), class_lists(uuid, uuid), policy_position(uuid),
    is_not_behind(text, text), next_expiry(uuid), kept_lists(uuid, uuid), learn_classes(), classes_at(int),
    principal_holds(text[]), principal_is_admin(), principal_is_engineer(), principal_manages_access(),
    principal_is_narrowed(), cleared_labels(), answer_sources(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION classes_at(int), principal_is_admin(), principal_is_engineer(), answer_sources(uuid)
    TO footnote_api, footnote_worker, footnote_relay, footnote_owner;
GRANT EXECUTE ON FUNCTION principal_holds(text[]), principal_manages_access(), principal_is_narrowed(), cleared_labels()
    TO footnote_api;

RESET ROLE;

-- Row-level policies call these functions in a sub-select, which PostgreSQL evaluates once per query.
CREATE FUNCTION visible_classes() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT classes_at(1) $$;
CREATE FUNCTION editable_classes() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT classes_at(2) $$;
CREATE FUNCTION owned_classes() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT classes_at(3) $$;

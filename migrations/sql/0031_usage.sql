-- The months' questions, tokens, cost, files and pages of the tenant, for administrators and engineers. The counts contain
-- no ids and no texts.
GRANT SELECT (tenant_id, outcome, tokens_in, tokens_out, cost_usd, answered_at) ON answers TO footnote_definer;
GRANT SELECT (tenant_id, page_count, created_at) ON document_versions TO footnote_definer;
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 'answers' AND 'footnote_definer' = ANY (roles)) THEN
        CREATE POLICY definer_usage ON answers FOR SELECT TO footnote_definer USING (true);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 'document_versions' AND 'footnote_definer' = ANY (roles))
    THEN
        CREATE POLICY definer_usage ON document_versions FOR SELECT TO footnote_definer USING (true);
    END IF;
END $$;

SET LOCAL ROLE footnote_definer;

CREATE FUNCTION list_usage(months int) RETURNS TABLE (month date, questions bigint, answered bigint, tokens_in bigint,
    tokens_out bigint, cost_usd numeric, files bigint, pages bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH bounds AS (
        SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AS newest,
            date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => least(greatest(months, 1), 24) - 1)
            AS oldest
    ), asked AS (
        SELECT date_trunc('month', a.answered_at AT TIME ZONE 'UTC') AS month, count(*) AS questions,
            count(*) FILTER (WHERE a.outcome = 'answered') AS answered, sum(a.tokens_in) AS tokens_in,
            sum(a.tokens_out) AS tokens_out, sum(a.cost_usd) AS cost_usd
        FROM answers a
        WHERE a.tenant_id = (SELECT current_tenant())
          AND a.answered_at >= (SELECT oldest FROM bounds) AT TIME ZONE 'UTC'
        GROUP BY 1
    ), received AS (
        SELECT date_trunc('month', v.created_at AT TIME ZONE 'UTC') AS month, count(*) AS files,
            sum(v.page_count) AS pages
        FROM document_versions v
        WHERE v.tenant_id = (SELECT current_tenant())
          AND v.created_at >= (SELECT oldest FROM bounds) AT TIME ZONE 'UTC'
        GROUP BY 1
    )
    SELECT m.month::date, coalesce(a.questions, 0), coalesce(a.answered, 0), coalesce(a.tokens_in, 0)::bigint,
        coalesce(a.tokens_out, 0)::bigint, coalesce(a.cost_usd, 0), coalesce(r.files, 0), coalesce(r.pages, 0)::bigint
    FROM bounds b
    CROSS JOIN LATERAL generate_series(b.oldest, b.newest, interval '1 month') AS m (month)
    LEFT JOIN asked a ON a.month = m.month
    LEFT JOIN received r ON r.month = m.month
    WHERE (SELECT principal_holds('{admin,engineer}'))
    ORDER BY m.month DESC
$$;

-- Returns what `list_governed_collections` returns, of collections whose names contain each of the words.
CREATE FUNCTION search_governed_collections(after_id uuid, at_most int, words text[])
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
      AND NOT EXISTS (SELECT 1 FROM unnest(words) w WHERE position(lower(w) IN lower(c.name)) = 0)
    ORDER BY c.id LIMIT at_most
$$;

REVOKE ALL ON FUNCTION list_usage(int), search_governed_collections(uuid, int, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_usage(int), search_governed_collections(uuid, int, text[]) TO footnote_api;

RESET ROLE;

-- With NOT IN, PostgreSQL read all documents of the tenant for each statement on claims, readings of turns and feedback.
-- With NOT EXISTS, it looks up each of the few documents by its key. The rows that the policies permit are the same.

ALTER POLICY api_read ON claims
    USING (tenant_id = (SELECT current_tenant()) AND EXISTS (SELECT 1 FROM answers a
        WHERE a.question_id = claims.question_id AND (claims.dropped_reason IS NULL OR a.drafted_from <> '{}'
            AND NOT EXISTS (SELECT 1 FROM unnest(a.drafted_from) s(id)
                WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = s.id)))));
ALTER POLICY api_read ON turn_readings
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM turns t WHERE t.id = turn_readings.turn_id)
        AND NOT EXISTS (SELECT 1 FROM unnest(learnt_from) s(id)
            WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = s.id)));
ALTER POLICY api_read ON feedback
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_engineer()))
        AND NOT EXISTS (SELECT 1 FROM unnest(sources) s(id)
            WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = s.id)));

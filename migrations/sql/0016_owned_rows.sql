-- Looks up the question, answer or conversation that a row belongs to by its key. With IN, PostgreSQL read all questions
-- of the user for each statement, so that recording an answer took longer with each question asked before. The rows
-- that the policies permit are the same.

ALTER POLICY api_read ON answers
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM questions q WHERE q.id = answers.question_id)
        AND NOT EXISTS (SELECT 1 FROM answer_sources(answers.question_id) AS s(id)
            WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = s.id)));
ALTER POLICY api_insert ON answers
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM questions q WHERE q.id = answers.question_id));
ALTER POLICY api_insert ON claims
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM questions q WHERE q.id = claims.question_id));
ALTER POLICY api_read ON citations
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM answers a WHERE a.question_id = citations.question_id));
ALTER POLICY api_insert ON citations
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM questions q WHERE q.id = citations.question_id));

ALTER POLICY api_read ON turns
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = turns.conversation_id));
ALTER POLICY api_insert ON turns
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = turns.conversation_id)
        AND (question_id IS NULL OR EXISTS (SELECT 1 FROM questions q WHERE q.id = turns.question_id)));
ALTER POLICY api_read ON turn_readings
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM turns t WHERE t.id = turn_readings.turn_id)
        AND NOT EXISTS (SELECT 1 FROM unnest(learnt_from) s(id) WHERE s.id NOT IN (SELECT d.id FROM documents d)));
ALTER POLICY api_insert ON turn_readings
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM turns t WHERE t.id = turn_readings.turn_id));
ALTER POLICY api_insert ON feedback
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal())
        AND EXISTS (SELECT 1 FROM answers a WHERE a.question_id = feedback.question_id));

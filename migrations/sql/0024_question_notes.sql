-- How a question was understood, and sentences about its answer, may have words of any document that the answer was drafted
-- from. They get rows of their own, which are readable only while all these documents are. `questions.understanding` keeps
-- what is of no document. What it has of earlier questions is not read any more.
CREATE TABLE question_notes (
    question_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    notes jsonb NOT NULL,
    CONSTRAINT pk_question_notes PRIMARY KEY (question_id, tenant_id),
    CONSTRAINT fk_question_notes_tenant_id_question_id FOREIGN KEY (tenant_id, question_id)
        REFERENCES questions (tenant_id, id) ON DELETE CASCADE
);

ALTER TABLE question_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE question_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON question_notes TO footnote_owner
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT ON question_notes TO footnote_api;
CREATE POLICY api_read ON question_notes FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND EXISTS (SELECT 1 FROM answers a
        WHERE a.question_id = question_notes.question_id
            AND NOT EXISTS (SELECT 1 FROM unnest(a.drafted_from) s(id)
                WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = s.id))));
CREATE POLICY api_insert ON question_notes FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM questions q WHERE q.id = question_notes.question_id));

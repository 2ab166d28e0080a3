-- Conversations: users see only their own. A turn has the words that its user wrote. How it was understood may have
-- words of documents (the name of an issuer, a period of an answer), and is readable only while they are.

CREATE TABLE conversations (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    title text NOT NULL,
    scope jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_conversations PRIMARY KEY (id),
    CONSTRAINT uq_conversations_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_conversations_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX ix_conversations_tenant_id_user_id_changed_at_id
    ON conversations (tenant_id, user_id, changed_at, id);

CREATE TABLE turns (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    question_id uuid,
    words text NOT NULL,
    scope jsonb NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT pk_turns PRIMARY KEY (id),
    CONSTRAINT uq_turns_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_turns_tenant_id_conversation_id FOREIGN KEY (tenant_id, conversation_id)
        REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_turns_tenant_id_question_id FOREIGN KEY (tenant_id, question_id)
        REFERENCES questions (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_turns_conversation_id_id ON turns (conversation_id, id);
CREATE INDEX ix_turns_question_id ON turns (question_id);

CREATE TABLE turn_readings (
    turn_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    question text,
    reading jsonb NOT NULL,
    learnt_from uuid[] DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_turn_readings PRIMARY KEY (turn_id),
    CONSTRAINT fk_turn_readings_tenant_id_turn_id FOREIGN KEY (tenant_id, turn_id)
        REFERENCES turns (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE feedback (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    question_id uuid NOT NULL,
    user_id uuid NOT NULL,
    question text NOT NULL,
    verdict text NOT NULL,
    comment text NOT NULL,
    right_answer text NOT NULL,
    pages jsonb NOT NULL,
    sources uuid[] DEFAULT '{}' NOT NULL,
    given_at timestamptz NOT NULL,
    CONSTRAINT pk_feedback PRIMARY KEY (id),
    CONSTRAINT ck_feedback_verdict CHECK (verdict IN ('right', 'wrong', 'not-useful')),
    CONSTRAINT fk_feedback_tenant_id_question_id FOREIGN KEY (tenant_id, question_id)
        REFERENCES questions (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_feedback_tenant_id_id ON feedback (tenant_id, id);
CREATE INDEX ix_feedback_question_id_id ON feedback (question_id, id);

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{conversations, turns, turn_readings, feedback}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, DELETE, UPDATE (title, scope, changed_at) ON conversations TO footnote_api;
CREATE POLICY api_read ON conversations FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_insert ON conversations FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_update ON conversations FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_delete ON conversations FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
-- `FROM conversations c` and `FROM questions q` return only those of the principal.
GRANT SELECT, INSERT ON turns TO footnote_api;
CREATE POLICY api_read ON turns FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND conversation_id IN (SELECT c.id FROM conversations c));
CREATE POLICY api_insert ON turns FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND conversation_id IN (SELECT c.id FROM conversations c)
        AND (question_id IS NULL OR question_id IN (SELECT q.id FROM questions q)));
GRANT SELECT, INSERT ON turn_readings TO footnote_api;
CREATE POLICY api_read ON turn_readings FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND turn_id IN (SELECT t.id FROM turns t)
        AND NOT EXISTS (SELECT 1 FROM unnest(learnt_from) s(id) WHERE s.id NOT IN (SELECT d.id FROM documents d)));
CREATE POLICY api_insert ON turn_readings FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND turn_id IN (SELECT t.id FROM turns t));

-- A conversation is deleted with its questions and their answers.
GRANT DELETE ON questions TO footnote_api;
CREATE POLICY api_delete ON questions FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));

-- Feedback is for its user and for engineers, while they may read all documents that it may have words of.
GRANT SELECT, INSERT ON feedback TO footnote_api;
CREATE POLICY api_read ON feedback FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_engineer()))
        AND NOT EXISTS (SELECT 1 FROM unnest(sources) s(id) WHERE s.id NOT IN (SELECT d.id FROM documents d)));
CREATE POLICY api_insert ON feedback FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal())
        AND question_id IN (SELECT a.question_id FROM answers a));

-- Tables of questions with their answers, and of published runs of eval suites.

-- Questions and answers

CREATE TABLE questions (
    id uuid CONSTRAINT pk_questions PRIMARY KEY,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    text text NOT NULL,
    filters jsonb NOT NULL,
    understanding jsonb NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT uq_questions_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_questions_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX ix_questions_tenant_id_user_id_id ON questions (tenant_id, user_id, id);

-- `drafted_from` lists the documents whose text the writer received.
CREATE TABLE answers (
    question_id uuid CONSTRAINT pk_answers PRIMARY KEY,
    tenant_id uuid NOT NULL,
    outcome text NOT NULL,
    writer text NOT NULL,
    degraded text,
    model text,
    prompt_hash text,
    tokens_in integer NOT NULL,
    tokens_out integer NOT NULL,
    cost_usd numeric(14, 6) NOT NULL,
    duration_ms integer NOT NULL,
    answered_at timestamptz NOT NULL,
    drafted_from uuid[] NOT NULL DEFAULT '{}',
    CONSTRAINT ck_answers_outcome CHECK (outcome IN ('answered', 'not-found')),
    CONSTRAINT ck_answers_writer CHECK (writer IN ('model', 'extractive')),
    CONSTRAINT uq_answers_tenant_id_question_id UNIQUE (tenant_id, question_id),
    CONSTRAINT fk_answers_tenant_id_question_id FOREIGN KEY (tenant_id, question_id)
        REFERENCES questions (tenant_id, id) ON DELETE CASCADE
);

-- A claim with a `dropped_reason` was drafted, but is not part of the answer.
CREATE TABLE claims (
    question_id uuid NOT NULL,
    ordinal integer NOT NULL,
    tenant_id uuid NOT NULL,
    text text NOT NULL,
    dropped_reason text,
    CONSTRAINT pk_claims PRIMARY KEY (question_id, ordinal),
    CONSTRAINT fk_claims_tenant_id_question_id FOREIGN KEY (tenant_id, question_id)
        REFERENCES answers (tenant_id, question_id) ON DELETE CASCADE
);

CREATE TABLE citations (
    question_id uuid NOT NULL,
    claim_ordinal integer NOT NULL,
    ordinal integer NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    version_id uuid NOT NULL,
    page_number integer NOT NULL,
    char_start integer NOT NULL,
    char_end integer NOT NULL,
    quote text NOT NULL,
    CONSTRAINT pk_citations PRIMARY KEY (question_id, claim_ordinal, ordinal),
    CONSTRAINT fk_citations_question_id_claim_ordinal FOREIGN KEY (question_id, claim_ordinal)
        REFERENCES claims (question_id, ordinal) ON DELETE CASCADE,
    CONSTRAINT fk_citations_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_citations_tenant_id_document_id ON citations (tenant_id, document_id);

-- Evaluations: one transaction inserts a run and all its cases

CREATE TABLE eval_runs (
    tenant_id uuid NOT NULL,
    id text NOT NULL,
    suite text NOT NULL,
    started_at timestamptz NOT NULL,
    manifest json NOT NULL,
    content_sha256 text NOT NULL,
    published_at timestamptz NOT NULL,
    published_by uuid NOT NULL,
    CONSTRAINT pk_eval_runs PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_eval_runs_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX ix_eval_runs_tenant_id_started_at_id ON eval_runs (tenant_id, started_at, id);

CREATE TABLE eval_cases (
    tenant_id uuid NOT NULL,
    run_id text NOT NULL,
    ordinal integer NOT NULL,
    case_id text NOT NULL,
    kind text NOT NULL,
    score double precision,
    reason text NOT NULL,
    measures json NOT NULL,
    details json NOT NULL,
    trace json NOT NULL,
    tokens_in bigint NOT NULL,
    tokens_out bigint NOT NULL,
    cost_usd numeric NOT NULL,
    seconds double precision,
    times json NOT NULL,
    CONSTRAINT pk_eval_cases PRIMARY KEY (tenant_id, run_id, ordinal),
    CONSTRAINT uq_eval_cases_tenant_id_run_id_case_id UNIQUE (tenant_id, run_id, case_id),
    CONSTRAINT fk_eval_cases_tenant_id_run_id FOREIGN KEY (tenant_id, run_id)
        REFERENCES eval_runs (tenant_id, id) ON DELETE CASCADE
);

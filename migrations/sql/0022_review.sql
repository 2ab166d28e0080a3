-- The editors' desk: what to extract (schemas), where it is reviewed (tasks), and what was decided (fields and their
-- revisions). Every row that has something of a document is readable only while the document is.

-- An approver releases what another person entered.
ALTER TABLE users DROP CONSTRAINT ck_users_roles;
ALTER TABLE users ADD CONSTRAINT ck_users_roles
    CHECK (roles <@ '{analyst,editor,approver,engineer,admin,auditor}'::text[]) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT ck_users_roles;

-- A schema of the tenant. `origin`: the tenant made it, or Footnote ships it and the tenant uses it. `version` is the
-- newest one. New documents of its types get no task while it is archived.
CREATE TABLE schemas (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    title text NOT NULL,
    origin text NOT NULL,
    document_types text[] NOT NULL,
    version integer NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT pk_schemas PRIMARY KEY (id),
    CONSTRAINT uq_schemas_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_schemas_tenant_id_key UNIQUE (tenant_id, key),
    CONSTRAINT ck_schemas_origin CHECK (origin IN ('shipped', 'tenant')),
    CONSTRAINT fk_schemas_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- `definition` is json, not jsonb: its fields keep their order.
CREATE TABLE schema_versions (
    schema_id uuid NOT NULL,
    number integer NOT NULL,
    tenant_id uuid NOT NULL,
    definition json NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_schema_versions PRIMARY KEY (schema_id, number),
    CONSTRAINT fk_schema_versions_tenant_id_schema_id FOREIGN KEY (tenant_id, schema_id)
        REFERENCES schemas (tenant_id, id) ON DELETE CASCADE
);

-- The fields of a schema in one version of a document. `priority` is the highest risk of its open fields.
--   state     queued (waits to be read), reading, open (an editor has to decide), done, failed, superseded (a newer
--             version of the document has its own task)
--   claim_*   who works on it, until when. Each claim has a greater token than all claims before.
--   read_*    the worker that reads it: its fencing token, until when, and the attempts that ended
CREATE TABLE review_tasks (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    version_id uuid NOT NULL,
    schema_id uuid NOT NULL,
    schema_version integer NOT NULL,
    state text NOT NULL,
    priority double precision DEFAULT 0 NOT NULL,
    fields_total integer DEFAULT 0 NOT NULL,
    fields_open integer DEFAULT 0 NOT NULL,
    assignee uuid,
    claimed_by uuid,
    claim_token bigint DEFAULT 0 NOT NULL,
    claim_until timestamptz,
    read_token uuid,
    read_until timestamptz,
    attempts integer DEFAULT 0 NOT NULL,
    available_at timestamptz NOT NULL,
    called_at timestamptz NOT NULL,
    error_code text,
    error_detail text,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    done_at timestamptz,
    CONSTRAINT pk_review_tasks PRIMARY KEY (id),
    CONSTRAINT uq_review_tasks_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_review_tasks_version_id_schema_id UNIQUE (version_id, schema_id),
    CONSTRAINT ck_review_tasks_state
        CHECK (state IN ('queued', 'reading', 'open', 'done', 'failed', 'superseded')),
    CONSTRAINT fk_review_tasks_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_review_tasks_tenant_id_version_id FOREIGN KEY (tenant_id, version_id)
        REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_review_tasks_tenant_id_schema_id FOREIGN KEY (tenant_id, schema_id)
        REFERENCES schemas (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_review_tasks_queue ON review_tasks (tenant_id, priority DESC, id) WHERE state = 'open';
CREATE INDEX ix_review_tasks_unread ON review_tasks (available_at) WHERE state IN ('queued', 'reading');
CREATE INDEX ix_review_tasks_document_id ON review_tasks (document_id);
CREATE INDEX ix_review_tasks_tenant_id_schema_id ON review_tasks (tenant_id, schema_id);

-- What the machine read, named by what it was read from: the version, and the digest of the field's definition and rule.
CREATE TABLE proposals (
    version_id uuid NOT NULL,
    digest text NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    data jsonb NOT NULL,
    confidence double precision NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_proposals PRIMARY KEY (version_id, digest),
    CONSTRAINT fk_proposals_tenant_id_version_id FOREIGN KEY (tenant_id, version_id)
        REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE
);

-- One field of a schema in one version of a document. Its values are in its revisions: `at` is the number of the one
-- that has the current state, and `in_force` that of the one whose value the tenant stands behind, if any.
--   digest    names the proposal
--   round     counts the blind readings that were settled or sent back
--   revision  the number of the newest revision that everybody may see
--   differs   what the machine read for a newer schema version differs from what was decided
--   sampled   of a value that one person released: due (another person has to check it), passed or failed
CREATE TABLE fields (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    task_id uuid NOT NULL,
    key text NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    importance integer NOT NULL,
    policy text NOT NULL,
    digest text NOT NULL,
    status text DEFAULT 'proposed' NOT NULL,
    round integer DEFAULT 1 NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    at integer,
    in_force integer,
    confidence double precision NOT NULL,
    failed_checks integer NOT NULL,
    risk double precision NOT NULL,
    differs boolean DEFAULT false NOT NULL,
    sampled text,
    author uuid,
    removed_at timestamptz,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_fields PRIMARY KEY (id),
    CONSTRAINT uq_fields_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_fields_task_id_key UNIQUE (task_id, key),
    CONSTRAINT ck_fields_status CHECK (status IN
        ('proposed', 'entered', 'approved', 'absent', 'rejected', 'unclear', 'sent-back', 'conflict')),
    CONSTRAINT ck_fields_policy CHECK (policy IN ('one', 'sample', 'two', 'blind')),
    CONSTRAINT ck_fields_sampled CHECK (sampled IN ('due', 'passed', 'failed')),
    CONSTRAINT fk_fields_tenant_id_task_id FOREIGN KEY (tenant_id, task_id)
        REFERENCES review_tasks (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_fields_document_id ON fields (document_id);

-- One decision about a field. Rows are only inserted. The trigger `file_revision` sets number, made_at, before,
-- in_force and the parts that an undo restores.
--   action       propose (the machine), approve, correct, reject, absent, unclear, send-back, undo; agree and differ
--                end a round of blind readings
--   answer       found (with `value`), absent, rejected, unclear; null if nobody gives one
--   author       who gave the answer; released_by: who let it stand
--   sealed       a blind reading, which only its author sees until another person has read the field, too
--   before       the number of the revision with the state before this one
--   bulk_id      the bulk approval, or its reversal, that made the row
CREATE TABLE field_revisions (
    field_id uuid NOT NULL,
    number integer NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    task_id uuid NOT NULL,
    action text NOT NULL,
    status text NOT NULL,
    answer text,
    value jsonb,
    evidence jsonb DEFAULT '[]' NOT NULL,
    note text DEFAULT '' NOT NULL,
    policy text NOT NULL,
    round integer NOT NULL,
    sealed boolean DEFAULT false NOT NULL,
    author uuid,
    released_by uuid,
    sampled text,
    before integer,
    in_force integer,
    bulk_id uuid,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_field_revisions PRIMARY KEY (field_id, number),
    CONSTRAINT ck_field_revisions_action CHECK (action IN ('propose', 'approve', 'correct', 'reject', 'absent',
        'unclear', 'send-back', 'undo', 'agree', 'differ')),
    CONSTRAINT ck_field_revisions_answer CHECK (answer IN ('found', 'absent', 'rejected', 'unclear')),
    CONSTRAINT ck_field_revisions_value CHECK (value IS NULL OR answer IS NOT NULL),
    CONSTRAINT fk_field_revisions_tenant_id_field_id FOREIGN KEY (tenant_id, field_id)
        REFERENCES fields (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_field_revisions_task_id ON field_revisions (task_id);
CREATE INDEX ix_field_revisions_tenant_id_made_by_made_at ON field_revisions (tenant_id, made_by, made_at);
CREATE INDEX ix_field_revisions_bulk_id ON field_revisions (bulk_id) WHERE bulk_id IS NOT NULL;

-- A comment on a field. On a field of policy blind, others see it once the readings of its round exist.
CREATE TABLE field_comments (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    field_id uuid NOT NULL,
    round integer NOT NULL,
    sealed boolean DEFAULT false NOT NULL,
    body text NOT NULL,
    mentions uuid[] DEFAULT '{}' NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_field_comments PRIMARY KEY (id),
    CONSTRAINT fk_field_comments_tenant_id_field_id FOREIGN KEY (tenant_id, field_id)
        REFERENCES fields (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_field_comments_field_id_id ON field_comments (field_id, id);

-- Filters of the queue that a user saved, for the user or for all.
CREATE TABLE review_views (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    filters jsonb NOT NULL,
    shared boolean NOT NULL,
    revision integer NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_review_views PRIMARY KEY (id),
    CONSTRAINT fk_review_views_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX ix_review_views_tenant_id_id ON review_views (tenant_id, id);

-- Who must agree on values: rules beside those of the schemas. The strictest rule that applies counts. A rule with an
-- amount applies to quantities of at least this number in this unit; one with a confidence to proposals below it.
CREATE TABLE review_policies (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    schema_id uuid,
    field_key text,
    amount numeric,
    unit text,
    confidence double precision,
    policy text NOT NULL,
    sample_rate double precision,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_review_policies PRIMARY KEY (id),
    CONSTRAINT ck_review_policies_policy CHECK (policy IN ('one', 'sample', 'two', 'blind')),
    CONSTRAINT ck_review_policies_sample_rate CHECK (sample_rate BETWEEN 0 AND 1),
    CONSTRAINT fk_review_policies_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_review_policies_tenant_id_schema_id FOREIGN KEY (tenant_id, schema_id)
        REFERENCES schemas (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_review_policies_tenant_id_id ON review_policies (tenant_id, id);

-- What happened at the desk, for the change feed. `xid` is the transaction: a reader who is shown only rows of
-- transactions below the oldest running one, in the order of (xid, id), misses none.
CREATE TABLE changes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    tenant_id uuid NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    kind text NOT NULL,
    document_id uuid NOT NULL,
    object_id uuid NOT NULL,
    payload jsonb NOT NULL,
    at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_changes PRIMARY KEY (id),
    CONSTRAINT fk_changes_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_changes_tenant_id_xid_id ON changes (tenant_id, xid, id);

-- Tables of documents: collections, documents with versions and pages, and the runs that ingest them.

-- Collections

CREATE TABLE collections (
    id uuid CONSTRAINT pk_collections PRIMARY KEY,
    tenant_id uuid NOT NULL,
    parent_id uuid,
    access_class_id integer NOT NULL CONSTRAINT uq_collections_access_class_id UNIQUE,
    name text NOT NULL,
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT uq_collections_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_collections_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_collections_tenant_id_parent_id FOREIGN KEY (tenant_id, parent_id)
        REFERENCES collections (tenant_id, id)
);
CREATE INDEX ix_collections_tenant_id_parent_id ON collections (tenant_id, parent_id);
CREATE INDEX ix_collections_tenant_id_name ON collections (tenant_id, name);

-- Pairs of a collection and each of its ancestors. Each collection is also paired with itself. Triggers update these
-- rows.
CREATE TABLE collection_closure (
    tenant_id uuid NOT NULL,
    ancestor_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    CONSTRAINT pk_collection_closure PRIMARY KEY (tenant_id, ancestor_id, collection_id),
    CONSTRAINT fk_collection_closure_tenant_id_ancestor_id FOREIGN KEY (tenant_id, ancestor_id)
        REFERENCES collections (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_collection_closure_tenant_id_collection_id FOREIGN KEY (tenant_id, collection_id)
        REFERENCES collections (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_collection_closure_tenant_id_collection_id ON collection_closure (tenant_id, collection_id);

-- Documents

-- The trigger `keep_class` (classes.sql) sets `access_class_id` and `said_type`.
CREATE TABLE documents (
    id uuid CONSTRAINT pk_documents PRIMARY KEY,
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    access_class_id integer NOT NULL,
    content_sha256 text NOT NULL,
    current_version_id uuid,
    title text NOT NULL,
    filename text NOT NULL,
    issuer text,
    issuer_key text,
    issuer_aliases jsonb,
    document_type text,
    fiscal_year integer,
    fiscal_period text,
    period_end date,
    filing_date date,
    currency text,
    scale text,
    metadata_sources jsonb,
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    source text,
    said_type text,
    CONSTRAINT uq_documents_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_documents_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_documents_tenant_id_collection_id FOREIGN KEY (tenant_id, collection_id)
        REFERENCES collections (tenant_id, id)
);
CREATE INDEX ix_documents_tenant_id_access_class_id ON documents (tenant_id, access_class_id);
CREATE INDEX ix_documents_tenant_id_issuer_key ON documents (tenant_id, issuer_key);
CREATE UNIQUE INDEX uq_documents_content ON documents (tenant_id, access_class_id, content_sha256)
    WHERE deleted_at IS NULL;

CREATE TABLE document_versions (
    id uuid CONSTRAINT pk_document_versions PRIMARY KEY,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    number integer NOT NULL,
    status text NOT NULL,
    content_sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    media_type text,
    reader text,
    page_count integer,
    warnings jsonb,
    sealed_password bytea,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    published_at timestamptz,
    CONSTRAINT ck_document_versions_status CHECK (status IN ('processing', 'ready', 'failed')),
    CONSTRAINT uq_document_versions_document_id_number UNIQUE (document_id, number),
    CONSTRAINT uq_document_versions_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_document_versions_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE pages (
    version_id uuid NOT NULL,
    number integer NOT NULL,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    width double precision NOT NULL,
    height double precision NOT NULL,
    text text NOT NULL,
    words bytea NOT NULL,
    CONSTRAINT pk_pages PRIMARY KEY (version_id, number),
    CONSTRAINT fk_pages_tenant_id_version_id FOREIGN KEY (tenant_id, version_id)
        REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE
);

-- Ingestion

CREATE TABLE runs (
    id uuid CONSTRAINT pk_runs PRIMARY KEY,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    version_id uuid NOT NULL,
    status text NOT NULL,
    stage text NOT NULL,
    pages_total integer,
    error_code text,
    error_detail text,
    trace_context jsonb,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT ck_runs_status CHECK (status IN ('queued', 'running', 'ready', 'failed')),
    CONSTRAINT uq_runs_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_runs_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_runs_tenant_id_version_id FOREIGN KEY (tenant_id, version_id)
        REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_runs_tenant_id_document_id ON runs (tenant_id, document_id);
CREATE INDEX ix_runs_tenant_id_version_id ON runs (tenant_id, version_id);
CREATE INDEX ix_runs_unfinished ON runs (tenant_id, status) WHERE status IN ('queued', 'running');

CREATE TABLE stages (
    id uuid CONSTRAINT pk_stages PRIMARY KEY,
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    queue text NOT NULL,
    status text NOT NULL,
    attempt integer NOT NULL,
    outages integer NOT NULL,
    wakes integer NOT NULL,
    lease_token bigint NOT NULL,
    lease_owner text,
    lease_expires_at timestamptz,
    available_at timestamptz NOT NULL,
    wake_at timestamptz NOT NULL,
    output_key text,
    error_code text,
    error_detail text,
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT ck_stages_status CHECK (status IN ('waiting', 'pending', 'leased', 'done', 'failed')),
    CONSTRAINT uq_stages_run_id_name UNIQUE (run_id, name),
    CONSTRAINT fk_stages_tenant_id_run_id FOREIGN KEY (tenant_id, run_id)
        REFERENCES runs (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_stages_open ON stages (wake_at) WHERE status IN ('pending', 'leased');

-- Outputs of stages, keyed by the digest of the stage's inputs. A later stage with the same inputs uses the stored
-- output.
CREATE TABLE stage_outputs (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    stage text NOT NULL,
    blob_digest text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_stage_outputs PRIMARY KEY (tenant_id, key),
    CONSTRAINT fk_stage_outputs_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- Messages to the broker. The relay sends them after the transaction that inserted them has committed.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outbox PRIMARY KEY,
    tenant_id uuid NOT NULL,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    available_at timestamptz NOT NULL
);
CREATE INDEX ix_outbox_available_at_id ON outbox (available_at, id);

CREATE TABLE context_keys (
    role text CONSTRAINT pk_context_keys PRIMARY KEY,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
CREATE TABLE group_nestings (
    tenant_id uuid NOT NULL,
    group_id uuid NOT NULL,
    member_group_id uuid NOT NULL,
    CONSTRAINT pk_group_nestings PRIMARY KEY (tenant_id, group_id, member_group_id),
    CONSTRAINT ck_group_nestings_not_itself CHECK (group_id <> member_group_id),
    CONSTRAINT fk_group_nestings_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_group_nestings_tenant_id_member_group_id FOREIGN KEY (tenant_id, member_group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_group_nestings_tenant_id_member_group_id ON group_nestings (tenant_id, member_group_id);
CREATE TABLE group_closure (
    tenant_id uuid NOT NULL,
    member_group_id uuid NOT NULL,
    group_id uuid NOT NULL,
    CONSTRAINT pk_group_closure PRIMARY KEY (tenant_id, member_group_id, group_id),
    CONSTRAINT fk_group_closure_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_group_closure_tenant_id_member_group_id FOREIGN KEY (tenant_id, member_group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_group_closure_tenant_id_group_id ON group_closure (tenant_id, group_id);
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
CREATE TABLE labels (
    id uuid CONSTRAINT pk_labels PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT fk_labels_tenant_id REFERENCES tenants (id) ON DELETE CASCADE,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT uq_labels_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_labels_tenant_id_name UNIQUE (tenant_id, name)
);
CREATE TABLE clearances (
    id uuid CONSTRAINT pk_clearances PRIMARY KEY,
    tenant_id uuid NOT NULL,
    label_id uuid NOT NULL,
    user_id uuid,
    group_id uuid,
    subject_id uuid NOT NULL GENERATED ALWAYS AS (COALESCE(user_id, group_id)) STORED,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT ck_clearances_one_subject CHECK (num_nonnulls(user_id, group_id) = 1),
    CONSTRAINT fk_clearances_tenant_id_label_id FOREIGN KEY (tenant_id, label_id)
        REFERENCES labels (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_clearances_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_clearances_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_clearances_tenant_id_subject_id ON clearances (tenant_id, subject_id);
CREATE TABLE collection_labels (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    label_id uuid NOT NULL,
    CONSTRAINT pk_collection_labels PRIMARY KEY (tenant_id, collection_id, label_id),
    CONSTRAINT fk_collection_labels_tenant_id_collection_id FOREIGN KEY (tenant_id, collection_id)
        REFERENCES collections (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_collection_labels_tenant_id_label_id FOREIGN KEY (tenant_id, label_id)
        REFERENCES labels (tenant_id, id)
);
CREATE TABLE document_labels (
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    label_id uuid NOT NULL,
    CONSTRAINT pk_document_labels PRIMARY KEY (tenant_id, document_id, label_id),
    CONSTRAINT fk_document_labels_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_document_labels_tenant_id_label_id FOREIGN KEY (tenant_id, label_id)
        REFERENCES labels (tenant_id, id)
);
CREATE TABLE entitlement_packs (
    id uuid CONSTRAINT pk_entitlement_packs PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT fk_entitlement_packs_tenant_id REFERENCES tenants (id) ON DELETE CASCADE,
    name text NOT NULL,
    document_types text[] NOT NULL,
    sources text[] NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT ck_entitlement_packs_names_something CHECK (cardinality(document_types) + cardinality(sources) > 0),
    CONSTRAINT uq_entitlement_packs_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_entitlement_packs_tenant_id_name UNIQUE (tenant_id, name)
);
CREATE TABLE exclusions (
    id uuid CONSTRAINT pk_exclusions PRIMARY KEY,
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    user_id uuid,
    group_id uuid,
    subject_id uuid NOT NULL GENERATED ALWAYS AS (COALESCE(user_id, group_id)) STORED,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT ck_exclusions_one_subject CHECK (num_nonnulls(user_id, group_id) = 1),
    CONSTRAINT fk_exclusions_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_exclusions_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_exclusions_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id)
);
CREATE INDEX ix_exclusions_tenant_id_subject_id ON exclusions (tenant_id, subject_id);
CREATE INDEX ix_exclusions_tenant_id_document_id ON exclusions (tenant_id, document_id);
CREATE TABLE policy_history (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_policy_history PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT fk_policy_history_tenant_id REFERENCES tenants (id) ON DELETE CASCADE,
    kind text NOT NULL,
    key text NOT NULL,
    state jsonb NOT NULL,
    is_gone boolean NOT NULL,
    at timestamptz NOT NULL,
    made_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ix_policy_history_tenant_id_kind_key_id ON policy_history (tenant_id, kind, key, id);
CREATE INDEX ix_policy_history_position ON policy_history (tenant_id, id) WHERE kind <> 'documents';
CREATE INDEX ix_policy_history_made_by ON policy_history (tenant_id, made_by) WHERE kind <> 'documents';
CREATE UNLOGGED TABLE learned_classes (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    cluster bigint NOT NULL,
    horizon xid8 NOT NULL,
    valid_until timestamptz NOT NULL,
    lists text NOT NULL,
    CONSTRAINT pk_learned_classes PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT fk_learned_classes_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_grants_expiry ON grants (tenant_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX ix_clearances_expiry ON clearances (tenant_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX ix_exclusions_expiry ON exclusions (tenant_id, expires_at) WHERE expires_at IS NOT NULL

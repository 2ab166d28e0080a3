-- Tables of access. Grants give access to collections, documents and entitlement packs. Labels and exclusions deny
-- access. Triggers (classes.sql) derive access classes and the history of the policy from these rows. policy.sql
-- decides which classes a user may read.

-- Access classes

CREATE SEQUENCE access_class_ids AS integer;

-- Documents with the same collection, stated type, source and labels share a class, because they have the same readers.
-- A document has its own class (`document_id`) if it has, or once had, a grant or an exclusion of its own. Deleted
-- documents have class 0, which has no row. `made_by` is the transaction that created the class.
CREATE TABLE access_classes (
    id integer CONSTRAINT pk_access_classes PRIMARY KEY,
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    document_id uuid,
    source text,
    label_ids uuid[] NOT NULL DEFAULT '{}',
    made_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    said_type text,
    CONSTRAINT uq_access_classes_kind UNIQUE NULLS NOT DISTINCT
        (tenant_id, collection_id, said_type, source, label_ids, document_id),
    CONSTRAINT fk_access_classes_tenant_id_collection_id FOREIGN KEY (tenant_id, collection_id)
        REFERENCES collections (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_access_classes_made_by ON access_classes (tenant_id, made_by);
CREATE INDEX ix_access_classes_tenant_id_document_id ON access_classes (tenant_id, document_id);
CREATE INDEX ix_access_classes_tenant_id_id ON access_classes (tenant_id, id);

-- Rows that give access

-- A pack contains the tenant's documents with one of these types and one of these sources. An empty list matches every
-- type or source.
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

-- Levels: 1 viewer, 2 editor, 3 owner. An expiry before 1970 is rejected, because clients can't represent it.
CREATE TABLE grants (
    id uuid CONSTRAINT pk_grants PRIMARY KEY,
    tenant_id uuid NOT NULL,
    user_id uuid,
    group_id uuid,
    collection_id uuid,
    document_id uuid,
    level integer NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    expires_at timestamptz,
    pack_id uuid,
    subject_id uuid NOT NULL GENERATED ALWAYS AS (COALESCE(user_id, group_id)) STORED,
    CONSTRAINT ck_grants_expires_at CHECK (expires_at >= '1970-01-01 00:00Z'),
    CONSTRAINT ck_grants_level CHECK (level BETWEEN 1 AND 3),
    CONSTRAINT ck_grants_one_object CHECK (num_nonnulls(collection_id, document_id, pack_id) = 1),
    CONSTRAINT ck_grants_one_subject CHECK (num_nonnulls(user_id, group_id) = 1),
    CONSTRAINT ck_grants_pack_level CHECK (pack_id IS NULL OR level = 1),
    CONSTRAINT fk_grants_tenant_id_collection_id FOREIGN KEY (tenant_id, collection_id)
        REFERENCES collections (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_grants_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_grants_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_grants_tenant_id_pack_id FOREIGN KEY (tenant_id, pack_id)
        REFERENCES entitlement_packs (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_grants_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_grants_tenant_id_document_id ON grants (tenant_id, document_id);
CREATE INDEX ix_grants_tenant_id_group_id ON grants (tenant_id, group_id);
CREATE INDEX ix_grants_tenant_id_user_id ON grants (tenant_id, user_id);
CREATE INDEX ix_grants_tenant_id_subject_id ON grants (tenant_id, subject_id);
CREATE INDEX ix_grants_of_collections ON grants (tenant_id, collection_id, level DESC)
    INCLUDE (subject_id, expires_at) WHERE collection_id IS NOT NULL;
CREATE INDEX ix_grants_of_others ON grants (tenant_id, subject_id) WHERE collection_id IS NULL;
CREATE INDEX ix_grants_expiry ON grants (tenant_id, expires_at) WHERE expires_at IS NOT NULL;

-- Rows that deny access

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
    CONSTRAINT ck_clearances_expires_at CHECK (expires_at >= '1970-01-01 00:00Z'),
    CONSTRAINT ck_clearances_one_subject CHECK (num_nonnulls(user_id, group_id) = 1),
    CONSTRAINT fk_clearances_tenant_id_label_id FOREIGN KEY (tenant_id, label_id)
        REFERENCES labels (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_clearances_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_clearances_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_clearances_tenant_id_subject_id ON clearances (tenant_id, subject_id);
CREATE INDEX ix_clearances_expiry ON clearances (tenant_id, expires_at) WHERE expires_at IS NOT NULL;

-- The foreign key to labels has no ON DELETE CASCADE: a label in use can't be deleted, because deleting it would give
-- access to the documents that it protects.
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

-- The foreign key to groups has no ON DELETE CASCADE: an excluded group can't be deleted, because its members would
-- regain access to the document.
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
    CONSTRAINT ck_exclusions_expires_at CHECK (expires_at >= '1970-01-01 00:00Z'),
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
CREATE INDEX ix_exclusions_expiry ON exclusions (tenant_id, expires_at) WHERE expires_at IS NOT NULL;

-- Derived rows

-- Triggers add a row whenever a row of the policy is inserted, updated or deleted. Explanations of past access read
-- these rows.
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

-- A cache of each user's class lists. The table is unlogged, because its rows may be lost in a crash.
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
-- The lists are stored uncompressed. They are written and read after every change of the policy, and compression costs
-- more time than it saves.
ALTER TABLE learned_classes ALTER lists SET STORAGE EXTERNAL;

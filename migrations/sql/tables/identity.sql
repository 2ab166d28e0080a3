-- Tables of identity: tenants, users, groups, API keys, sign-in, stored responses, and the keys of context.sql. Every
-- id is a UUID that the application creates. Foreign keys between rows of a tenant include `tenant_id`, so that a row
-- can't refer to a row of another tenant.

-- Tenants

CREATE TABLE tenants (
    id uuid CONSTRAINT pk_tenants PRIMARY KEY,
    slug text NOT NULL CONSTRAINT uq_tenants_slug UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

-- The data keys of each tenant, encrypted with the key-encryption key (KEK) of the storage.
CREATE TABLE tenant_keys (
    tenant_id uuid NOT NULL,
    version integer NOT NULL,
    kek_id text NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_tenant_keys PRIMARY KEY (tenant_id, version),
    CONSTRAINT fk_tenant_keys_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- Users and groups

-- The row of a deleted user is kept for the audit log. Another user may reuse the deleted user's address, user name and
-- external id.
CREATE TABLE users (
    id uuid CONSTRAINT pk_users PRIMARY KEY,
    tenant_id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    kind text NOT NULL DEFAULT 'person',
    external_id text,
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    user_name text,
    profile jsonb,
    deleted_at timestamptz,
    entered_at timestamptz,
    CONSTRAINT ck_users_kind CHECK (kind IN ('person', 'service')),
    CONSTRAINT ck_users_roles CHECK (roles <@ '{analyst,editor,engineer,admin,auditor}'::text[]),
    CONSTRAINT uq_users_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_users_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_users_tenant_id_email ON users (tenant_id, email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uq_users_tenant_id_external_id ON users (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uq_users_tenant_id_user_name ON users (tenant_id, lower(user_name)) WHERE deleted_at IS NULL;
CREATE INDEX ix_users_tenant_id_login ON users (tenant_id, lower(COALESCE(user_name, email)));

CREATE TABLE groups (
    id uuid CONSTRAINT pk_groups PRIMARY KEY,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    external_id text,
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_groups_tenant_id_external_id UNIQUE (tenant_id, external_id),
    CONSTRAINT uq_groups_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_groups_tenant_id_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_groups_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE group_members (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    group_id uuid NOT NULL,
    CONSTRAINT pk_group_members PRIMARY KEY (tenant_id, user_id, group_id),
    CONSTRAINT fk_group_members_tenant_id_group_id FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_group_members_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
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

-- All direct and indirect nestings: `member_group_id` is inside `group_id` at any depth. Triggers update these rows.
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

-- API keys and sign-in

CREATE TABLE api_keys (
    id uuid CONSTRAINT pk_api_keys PRIMARY KEY,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL CONSTRAINT uq_api_keys_prefix UNIQUE,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    scopes text[],
    successor_id uuid,
    ends_by timestamptz,
    CONSTRAINT uq_api_keys_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_api_keys_tenant_id_successor_id FOREIGN KEY (tenant_id, successor_id)
        REFERENCES api_keys (tenant_id, id),
    CONSTRAINT fk_api_keys_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_api_keys_tenant_id_user_id ON api_keys (tenant_id, user_id);

-- (issuer, audience) is unique across tenants: a token identifies exactly one tenant.
CREATE TABLE identity_providers (
    id uuid CONSTRAINT pk_identity_providers PRIMARY KEY,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    sealed_secret bytea,
    audience text,
    email_domains text[] NOT NULL,
    link_by text NOT NULL,
    enabled boolean NOT NULL,
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ck_identity_providers_audience_of_no_client CHECK (audience <> client_id),
    CONSTRAINT ck_identity_providers_domains_named
        CHECK (link_by <> 'verified-email' OR cardinality(email_domains) > 0),
    CONSTRAINT ck_identity_providers_link_by CHECK (link_by IN ('subject', 'verified-email')),
    CONSTRAINT uq_identity_providers_issuer_audience UNIQUE (issuer, audience),
    CONSTRAINT uq_identity_providers_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_identity_providers_tenant_id_issuer_client_id UNIQUE (tenant_id, issuer, client_id),
    CONSTRAINT fk_identity_providers_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE user_identities (
    tenant_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_user_identities PRIMARY KEY (tenant_id, provider_id, subject),
    CONSTRAINT uq_user_identities_tenant_id_provider_id_user_id UNIQUE (tenant_id, provider_id, user_id),
    CONSTRAINT fk_user_identities_tenant_id_provider_id FOREIGN KEY (tenant_id, provider_id)
        REFERENCES identity_providers (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_user_identities_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE web_sessions (
    id uuid CONSTRAINT pk_web_sessions PRIMARY KEY,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    provider_id uuid,
    key_id uuid,
    token_digest bytea NOT NULL CONSTRAINT uq_web_sessions_token_digest UNIQUE,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    idle_ends_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT ck_web_sessions_one_way_in CHECK (num_nonnulls(provider_id, key_id) = 1),
    CONSTRAINT fk_web_sessions_key_id FOREIGN KEY (key_id) REFERENCES api_keys (id) ON DELETE CASCADE,
    CONSTRAINT fk_web_sessions_tenant_id_provider_id FOREIGN KEY (tenant_id, provider_id)
        REFERENCES identity_providers (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_web_sessions_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_web_sessions_tenant_id_user_id ON web_sessions (tenant_id, user_id);
CREATE INDEX ix_web_sessions_key_id ON web_sessions (key_id);
CREATE INDEX ix_web_sessions_tenant_id_provider_id ON web_sessions (tenant_id, provider_id);

-- Requests and transactions

-- Responses to replay when a request repeats an Idempotency-Key.
CREATE TABLE idempotency_records (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer,
    headers jsonb,
    body bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency_records PRIMARY KEY (tenant_id, user_id, key),
    CONSTRAINT fk_idempotency_records_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX ix_idempotency_records_expires_at ON idempotency_records (expires_at);

-- The padded HMAC key of each login role. The role '' has the key of the seals (context.sql).
CREATE TABLE context_keys (
    role text CONSTRAINT pk_context_keys PRIMARY KEY,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
INSERT INTO context_keys SELECT '', key, sha256(key) || sha256(key || key) FROM (
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS key) made;

-- Issuers that a user watches. Users see only their own watches. A row has the ID of a record (`documents.issuer_id`), and
-- no name: whether its user may see the issuer, and what it is called, is read from the visible documents each time.
CREATE TABLE issuer_watches (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT pk_issuer_watches PRIMARY KEY (tenant_id, user_id, issuer_id),
    CONSTRAINT fk_issuer_watches_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

ALTER TABLE issuer_watches ENABLE ROW LEVEL SECURITY;
ALTER TABLE issuer_watches FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON issuer_watches TO footnote_owner
    USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON issuer_watches TO footnote_api;
CREATE POLICY api_read ON issuer_watches FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_insert ON issuer_watches FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_update ON issuer_watches FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
CREATE POLICY api_delete ON issuer_watches FOR DELETE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));

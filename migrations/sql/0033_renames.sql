-- Access administrators rename labels and entitlement packs. `revision` counts the renames, so that none is lost.
ALTER TABLE labels ADD COLUMN revision integer NOT NULL DEFAULT 1;
ALTER TABLE entitlement_packs ADD COLUMN revision integer NOT NULL DEFAULT 1;

GRANT UPDATE (name, revision) ON labels, entitlement_packs TO footnote_api;
CREATE POLICY api_update ON labels FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));
CREATE POLICY api_update ON entitlement_packs FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND (SELECT principal_manages_access()));

"""What the api role may write is narrowed to what the API does, and a deleted document disappears in one step.

Users, groups and others' keys are the administrators' to change; only the fields that edits touch can be updated; the
digests of keys can't be read. A deleted document moves, with all that is searchable of it, into class 0, which nobody
has.

Revision: 0006, after 0005.
"""

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None

_TENANT = "tenant_id = (SELECT current_tenant())"
_ADMIN = f"{_TENANT} AND (SELECT principal_is_admin())"
_OWN_OR_ADMIN = f"{_TENANT} AND (user_id = (SELECT current_principal()) OR (SELECT principal_is_admin()))"
_EDITABLE = f"{_TENANT} AND access_class_id = ANY ((SELECT editable_classes())::int[])"
_OF_EDITABLE_RUN = (
    f"{_TENANT} AND run_id IN (SELECT r.id FROM runs r JOIN documents d ON d.id = r.document_id "
    "WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[]))"
)

_FUNCTIONS = """
CREATE FUNCTION principal_is_admin() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = current_tenant() AND u.id = current_principal()
        AND u.disabled_at IS NULL AND 'admin' = ANY (u.roles))
$$;
CREATE FUNCTION delete_document(a_document uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE documents SET deleted_at = now(), access_class_id = 0, revision = revision + 1
        WHERE id = a_document AND tenant_id = current_tenant() AND deleted_at IS NULL
          AND access_class_id = ANY (classes_at(2));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE indexed_documents SET access_class_id = 0 WHERE document_id = a_document;
    UPDATE chunks SET access_class_id = 0 WHERE document_id = a_document;
    UPDATE chunk_embeddings SET access_class_id = 0 WHERE document_id = a_document;
    UPDATE term_postings SET access_class_id = 0 WHERE document_id = a_document;
    RETURN true;
END
$$;
"""
_NAMES = ("principal_is_admin()", "delete_document(uuid)")

# table → the rule for what is inserted
_INSERTS = {
    # A tenant's first data key may be made when it is first needed; later ones are an operator's.
    "tenant_keys": f"{_TENANT} AND version = 1",
    "users": _ADMIN,
    "api_keys": _OWN_OR_ADMIN,
    "groups": _ADMIN,
    "group_members": _ADMIN,
    # A new document has its collection's class, and no other.
    "documents": f"{_EDITABLE} AND access_class_id = (SELECT c.access_class_id FROM collections c "
    "WHERE c.id = collection_id)",
    "stages": _OF_EDITABLE_RUN,
    "audit_events": f"{_TENANT} AND actor_id = (SELECT current_principal())",
}
_NEVER_UPDATED = (
    "tenant_keys",
    "groups",
    "group_members",
    "runs",
    "stages",
    "questions",
    "answers",
    "claims",
    "citations",
)
# table → the columns that an edit may touch, and which rows
_UPDATES = {
    "users": ("name, roles, disabled_at", _ADMIN),
    "api_keys": ("revoked_at", _OWN_OR_ADMIN),
    "documents": (
        "content_sha256, title, issuer, issuer_key, issuer_aliases, document_type, fiscal_year, fiscal_period, "
        "period_end, filing_date, currency, scale, metadata_sources, filename, revision, updated_at",
        _EDITABLE,
    ),
    "document_versions": ("status, sealed_password", None),
}
_KEY_COLUMNS = "id, tenant_id, user_id, name, prefix, created_at, expires_at, revoked_at"


def upgrade() -> None:
    op.execute(_FUNCTIONS)
    for name in _NAMES:
        op.execute(f"ALTER FUNCTION {name} OWNER TO footnote_definer")
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO footnote_api")
    for table, rule in _INSERTS.items():
        op.execute(f"DROP POLICY api_insert ON {table}")
        op.execute(f"CREATE POLICY api_insert ON {table} FOR INSERT TO footnote_api WITH CHECK ({rule})")
    for table in _NEVER_UPDATED:
        op.execute(f"DROP POLICY api_update ON {table}")
        op.execute(f"REVOKE UPDATE ON {table} FROM footnote_api")
    for table, (columns, rule) in _UPDATES.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM footnote_api")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO footnote_api")
        if rule is not None:
            op.execute(f"DROP POLICY api_update ON {table}")
            op.execute(
                f"CREATE POLICY api_update ON {table} FOR UPDATE TO footnote_api USING ({rule}) WITH CHECK ({rule})"
            )
    op.execute("DROP POLICY api_delete ON group_members")
    op.execute(f"CREATE POLICY api_delete ON group_members FOR DELETE TO footnote_api USING ({_ADMIN})")
    op.execute("DROP POLICY api_read ON api_keys")
    op.execute(f"CREATE POLICY api_read ON api_keys FOR SELECT TO footnote_api USING ({_OWN_OR_ADMIN})")
    op.execute("REVOKE SELECT ON api_keys FROM footnote_api")
    op.execute(f"GRANT SELECT ({_KEY_COLUMNS}) ON api_keys TO footnote_api")


def downgrade() -> None:
    for table in (*_INSERTS, *_UPDATES):
        op.execute(f"DROP POLICY IF EXISTS api_insert ON {table}")
        op.execute(f"CREATE POLICY api_insert ON {table} FOR INSERT TO footnote_api WITH CHECK ({_TENANT})")
    for table in (*_NEVER_UPDATED, *_UPDATES):
        op.execute(f"DROP POLICY IF EXISTS api_update ON {table}")
        op.execute(
            f"CREATE POLICY api_update ON {table} FOR UPDATE TO footnote_api USING ({_TENANT}) WITH CHECK ({_TENANT})"
        )
        op.execute(f"GRANT UPDATE ON {table} TO footnote_api")
    op.execute("DROP POLICY api_read ON api_keys")
    op.execute(f"CREATE POLICY api_read ON api_keys FOR SELECT TO footnote_api USING ({_TENANT})")
    op.execute("GRANT SELECT ON api_keys TO footnote_api")
    op.execute("DROP POLICY api_delete ON group_members")
    op.execute(f"CREATE POLICY api_delete ON group_members FOR DELETE TO footnote_api USING ({_TENANT})")
    for name in _NAMES:
        op.execute(f"DROP FUNCTION {name}")

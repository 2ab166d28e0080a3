"""Who may open what to whom: collections and grants are written only by functions that check the principal's own
rights.

A right that can be given must be had: a grant needs ownership of what it opens, a collection inside another needs
the right
to edit that one. A document that is granted by itself gets an access class of its own, in the same transaction.

Revision: 0005, after 0004.
"""

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_CREATE_COLLECTION = """
CREATE FUNCTION create_collection(new_id uuid, inside uuid, new_name text, grant_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE class_id int;
BEGIN
    IF current_tenant() IS NULL OR (inside IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM granted_collections(2) g(id) WHERE g.id = inside)) THEN
        RETURN false;
    END IF;
    class_id := nextval('access_class_ids');
    INSERT INTO collections (id, tenant_id, parent_id, access_class_id, name, revision, created_at, created_by)
        VALUES (new_id, current_tenant(), inside, class_id, new_name, 1, now(), current_principal());
    INSERT INTO access_classes (id, tenant_id, collection_id) VALUES (class_id, current_tenant(), new_id);
    INSERT INTO grants (id, tenant_id, user_id, collection_id, level, created_at, created_by)
        VALUES (grant_id, current_tenant(), current_principal(), new_id, 3, now(), current_principal());
    RETURN true;
END
$$;
"""

# The first grant on a document gives it a class of its own; its rows that carry the class follow in the same
# transaction.
_CREATE_GRANT = """
CREATE FUNCTION owns(a_collection uuid, a_document uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN a_collection IS NOT NULL
        THEN EXISTS (SELECT 1 FROM granted_collections(3) g(id) WHERE g.id = a_collection)
        ELSE EXISTS (SELECT 1 FROM documents d WHERE d.id = a_document AND d.tenant_id = current_tenant()
            AND d.deleted_at IS NULL AND (d.collection_id IN (SELECT granted_collections(3))
                OR d.id IN (SELECT granted_documents(3)))) END
$$;
CREATE FUNCTION ensure_document_class(a_document uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE class_id int;
BEGIN
    PERFORM 1 FROM documents WHERE id = a_document AND tenant_id = current_tenant() FOR UPDATE;
    IF EXISTS (SELECT 1 FROM access_classes WHERE tenant_id = current_tenant() AND document_id = a_document) THEN
        RETURN;
    END IF;
    class_id := nextval('access_class_ids');
    INSERT INTO access_classes (id, tenant_id, collection_id, document_id)
        SELECT class_id, d.tenant_id, d.collection_id, d.id FROM documents d WHERE d.id = a_document;
    UPDATE documents SET access_class_id = class_id WHERE id = a_document;
    UPDATE indexed_documents SET access_class_id = class_id WHERE document_id = a_document;
    UPDATE chunks SET access_class_id = class_id WHERE document_id = a_document;
    UPDATE chunk_embeddings SET access_class_id = class_id WHERE document_id = a_document;
    UPDATE term_postings SET access_class_id = class_id WHERE document_id = a_document;
END
$$;
CREATE FUNCTION create_grant(new_id uuid, to_user uuid, to_group uuid, a_collection uuid, a_document uuid,
    new_level int, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT COALESCE(owns(a_collection, a_document), false) THEN
        RETURN false;
    END IF;
    IF a_document IS NOT NULL THEN
        PERFORM ensure_document_class(a_document);
    END IF;
    INSERT INTO grants (id, tenant_id, user_id, group_id, collection_id, document_id, level, created_at, created_by,
            expires_at)
        VALUES (new_id, current_tenant(), to_user, to_group, a_collection, a_document, new_level, now(),
            current_principal(), until);
    RETURN true;
END
$$;
CREATE FUNCTION delete_grant(grant_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM grants g WHERE g.id = grant_id AND g.tenant_id = current_tenant()
        AND owns(g.collection_id, g.document_id);
    RETURN FOUND;
END
$$;
"""

_FUNCTIONS = (
    "create_collection(uuid, uuid, text, uuid)",
    "owns(uuid, uuid)",
    "ensure_document_class(uuid)",
    "create_grant(uuid, uuid, uuid, uuid, uuid, int, timestamptz)",
    "delete_grant(uuid)",
)
_OFFERED = tuple(name for name in _FUNCTIONS if not name.startswith("ensure_"))
_WRITTEN = {"collections": "INSERT", "access_classes": "INSERT", "grants": "INSERT, DELETE"}
_RECLASSED = ("documents", "indexed_documents", "chunks", "chunk_embeddings", "term_postings")
_TENANT = "tenant_id = (SELECT current_tenant())"


def upgrade() -> None:
    op.execute(_CREATE_COLLECTION)
    op.execute(_CREATE_GRANT)
    op.execute("GRANT USAGE ON SEQUENCE access_class_ids TO footnote_definer")
    for table, rights in _WRITTEN.items():
        op.execute(f"GRANT {rights} ON {table} TO footnote_definer")
        op.execute(f"CREATE POLICY definer_insert ON {table} FOR INSERT TO footnote_definer WITH CHECK ({_TENANT})")
    op.execute(f"CREATE POLICY definer_delete ON grants FOR DELETE TO footnote_definer USING ({_TENANT})")
    for table in _RECLASSED:
        op.execute(f"GRANT SELECT, UPDATE ON {table} TO footnote_definer")
        op.execute(f"CREATE POLICY definer_own ON {table} TO footnote_definer USING ({_TENANT}) WITH CHECK ({_TENANT})")
    op.execute("GRANT UPDATE (name, revision) ON collections TO footnote_api")
    editable = f"{_TENANT} AND access_class_id = ANY ((SELECT editable_classes())::int[])"
    op.execute(
        f"CREATE POLICY api_update ON collections FOR UPDATE TO footnote_api USING ({editable}) WITH CHECK ({editable})"
    )
    for function in _FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO footnote_definer")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in _OFFERED:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_api")


def downgrade() -> None:
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in _WRITTEN:
        op.execute(f"DROP POLICY definer_insert ON {table}")
        op.execute(f"REVOKE INSERT, DELETE ON {table} FROM footnote_definer")
    op.execute("DROP POLICY definer_delete ON grants")
    for table in _RECLASSED:
        op.execute(f"DROP POLICY definer_own ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM footnote_definer")
    op.execute("REVOKE USAGE ON SEQUENCE access_class_ids FROM footnote_definer")
    op.execute("DROP POLICY api_update ON collections")
    op.execute("REVOKE UPDATE ON collections FROM footnote_api")

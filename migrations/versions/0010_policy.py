"""The policy: nested groups, labels with clearances, entitlement packs, exclusions, and sealed contexts.

Access classes are compiled by triggers in the transaction of the change: a document's class is (collection, type,
source, labels, and itself where it was granted or closed by itself). What a principal may read is worked out once a
transaction, by `classes_of`, from what is compiled.

Revision: 0010, after 0009.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0010"

_TENANT = "tenant_id = (SELECT current_tenant())"
_ADMIN = f"{_TENANT} AND (SELECT principal_is_admin())"
_WATCHES = "(SELECT principal_holds('{admin,auditor}'))"
_ME = "(SELECT current_principal())"
_MINE = f"{_TENANT} AND (user_id = {_ME} OR {_WATCHES})"
_CLEARED = "label_id IN (SELECT cleared_labels())"
_OWNED_DOCUMENTS = (
    "document_id IN (SELECT d.id FROM documents d WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))"
)
_OWNED_COLLECTIONS = (
    "collection_id IN (SELECT c.id FROM collections c WHERE c.access_class_id = ANY ((SELECT owned_classes())::int[]))"
)
_LABEL_KNOWN = "label_id IN (SELECT l.id FROM labels l)"

# table → the api role's rules for reading, inserting and deleting
_RULES: dict[str, tuple[str | None, str | None, str | None]] = {
    "group_nestings": (f"{_TENANT} AND {_WATCHES}", _ADMIN, _ADMIN),
    "group_closure": (None, None, None),
    "collection_closure": (None, None, None),
    "labels": (f"{_TENANT} AND ({_WATCHES} OR id IN (SELECT cleared_labels()))", _ADMIN, _ADMIN),
    "clearances": (_MINE, _ADMIN, _ADMIN),
    "collection_labels": (
        f"{_TENANT} AND ({_WATCHES} OR {_CLEARED} AND collection_id IN (SELECT c.id FROM collections c))",
        f"{_TENANT} AND {_LABEL_KNOWN} AND ((SELECT principal_is_admin()) OR {_OWNED_COLLECTIONS})",
        _ADMIN,
    ),
    "document_labels": (
        f"{_TENANT} AND ({_WATCHES} OR {_CLEARED} AND document_id IN (SELECT d.id FROM documents d))",
        f"{_TENANT} AND {_LABEL_KNOWN} AND ((SELECT principal_is_admin()) OR {_OWNED_DOCUMENTS})",
        _ADMIN,
    ),
    "entitlement_packs": (f"{_TENANT} AND {_WATCHES}", _ADMIN, _ADMIN),
    "exclusions": tuple(
        [f"{_TENANT} AND ({_WATCHES} OR {_OWNED_DOCUMENTS})"]  # type: ignore[dict-item]
        + 2 * [f"{_TENANT} AND ((SELECT principal_is_admin()) OR {_OWNED_DOCUMENTS})"]
    ),
    "policy_history": (f"{_TENANT} AND {_WATCHES}", None, None),
    "learned_classes": (None, None, None),
}
# What the definer's functions do with each table.
_DEFINER_RIGHTS = {
    "context_keys": "SELECT, INSERT",
    "group_nestings": "SELECT, DELETE",
    "group_closure": "SELECT, INSERT, DELETE",
    "collection_closure": "SELECT, INSERT, DELETE",
    "labels": "SELECT",
    "clearances": "SELECT",
    "collection_labels": "SELECT",
    "document_labels": "SELECT",
    "entitlement_packs": "SELECT",
    "exclusions": "SELECT",
    "policy_history": "SELECT, INSERT",
    "learned_classes": "SELECT, INSERT, UPDATE",
}
# table → its key's columns, and those of which the history is kept
_HISTORY = {
    "users": ("id", "id,email,disabled_at"),
    "groups": ("id", "id,name"),
    "group_members": ("user_id,group_id", "user_id,group_id"),
    "group_nestings": ("group_id,member_group_id", "group_id,member_group_id"),
    "collections": ("id", "id,parent_id,name"),
    "documents": ("id", "id,collection_id,document_type,source,deleted_at"),
    "grants": ("id", "id,user_id,group_id,collection_id,document_id,pack_id,level,expires_at"),
    "labels": ("id", "id,name"),
    "clearances": ("id", "id,label_id,user_id,group_id,expires_at"),
    "collection_labels": ("collection_id,label_id", "collection_id,label_id"),
    "document_labels": ("document_id,label_id", "document_id,label_id"),
    "entitlement_packs": ("id", "id,name,document_types,sources"),
    "exclusions": ("id", "id,user_id,group_id,document_id,expires_at"),
}
_RECLASSING = ("grants", "exclusions", "document_labels")
_OPEN_FUNCTIONS = (
    "enter(uuid, uuid, bigint, text)",
    "ensure_context_key(bytea, bytea)",
    "current_tenant()",
    "current_principal()",
)
_API_FUNCTIONS = (
    "principal_holds(text[])",
    "cleared_labels()",
    "may_grant(uuid, uuid, uuid)",
    "create_grant(uuid, uuid, uuid, uuid, uuid, uuid, int, timestamptz)",
    "move_collection(uuid, uuid)",
    "move_document(uuid, uuid)",
)
_INNER_FUNCTIONS = (
    "context_mac(text, text)",
    "context_body()",
    "classes_of(uuid, uuid)",
    "policy_position(uuid)",
    "is_not_behind(text, text)",
    "class_lists(uuid, uuid)",
    "kept_lists(uuid, uuid)",
    "next_expiry(uuid)",
    "learn_classes()",
    "learn_after(uuid, uuid)",
    "labels_around(uuid)",
    "ensure_class(uuid, uuid, text, text, uuid[], uuid)",
)
_TRIGGER_FUNCTIONS = (
    "keep_group_closure()",
    "keep_collection_closure()",
    "keep_class()",
    "spread_class()",
    "reclass_document()",
    "keep_history()",
)


def upgrade() -> None:
    _create_tables()
    _extend_tables()
    op.execute("ALTER FUNCTION current_tenant() OWNER TO footnote_definer")
    op.execute("ALTER FUNCTION current_principal() OWNER TO footnote_definer")
    # All that decides belongs to the definer; the owner is its member, without its rights (app.db.provision).
    op.execute("SET LOCAL ROLE footnote_definer")
    for name in ("context", "policy", "compiling", "granting"):
        op.execute((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
    op.execute("DROP FUNCTION create_grant(uuid, uuid, uuid, uuid, uuid, int, timestamptz)")
    op.execute("RESET ROLE")
    _protect()
    _own_functions()
    _compile_what_is_there()
    _install_triggers()


def _create_tables() -> None:
    for statement in (_SQL / "tables.sql").read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(
        "INSERT INTO context_keys SELECT '', key, sha256(key) || sha256(key || key) FROM (SELECT "
        "sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) "
        "|| sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS key) made"
    )


def _extend_tables() -> None:
    op.add_column("documents", sa.Column("source", sa.Text(), nullable=True))
    op.execute("GRANT UPDATE (source) ON documents TO footnote_api")
    op.add_column(
        "answers",
        sa.Column("drafted_from", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.add_column("access_classes", sa.Column("document_type", sa.Text(), nullable=True))
    op.add_column("access_classes", sa.Column("source", sa.Text(), nullable=True))
    op.add_column(
        "access_classes",
        sa.Column("label_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.execute("ALTER TABLE access_classes ADD COLUMN made_by xid8 NOT NULL DEFAULT pg_current_xact_id()")
    op.create_index("ix_access_classes_made_by", "access_classes", ["tenant_id", "made_by"])
    op.drop_index("ix_access_classes_tenant_id_document_id", "access_classes")
    op.create_index("ix_access_classes_tenant_id_document_id", "access_classes", ["tenant_id", "document_id"])
    op.create_unique_constraint(
        "uq_access_classes_kind",
        "access_classes",
        ["tenant_id", "collection_id", "document_type", "source", "label_ids", "document_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index("ix_access_classes_tenant_id_collection_id", "access_classes")
    op.create_index("ix_access_classes_tenant_id_id", "access_classes", ["tenant_id", "id"])
    op.add_column("grants", sa.Column("pack_id", sa.Uuid(), nullable=True))
    op.add_column(
        "grants",
        sa.Column("subject_id", sa.Uuid(), sa.Computed("COALESCE(user_id, group_id)", persisted=True), nullable=False),
    )
    op.create_foreign_key(
        "fk_grants_tenant_id_pack_id",
        "grants",
        "entitlement_packs",
        ["tenant_id", "pack_id"],
        ["tenant_id", "id"],
        ondelete="CASCADE",
    )
    op.drop_constraint(op.f("ck_grants_one_object"), "grants", type_="check")
    op.create_check_constraint(
        op.f("ck_grants_one_object"), "grants", "num_nonnulls(collection_id, document_id, pack_id) = 1"
    )
    op.create_check_constraint(op.f("ck_grants_pack_level"), "grants", "pack_id IS NULL OR level = 1")
    op.create_index("ix_grants_tenant_id_subject_id", "grants", ["tenant_id", "subject_id"])


def _protect() -> None:
    op.execute("ALTER TABLE context_keys ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE context_keys FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner_forgets ON context_keys FOR DELETE TO footnote_owner USING (role <> '')")
    op.execute("CREATE POLICY definer_all ON context_keys TO footnote_definer USING (true) WITH CHECK (true)")
    for table, (read, insert, delete) in _RULES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO footnote_owner USING ({_TENANT}) WITH CHECK ({_TENANT})")
        op.execute(f"CREATE POLICY definer_all ON {table} TO footnote_definer USING (true) WITH CHECK (true)")
        if read is not None:
            op.execute(f"GRANT SELECT ON {table} TO footnote_api")
            op.execute(f"CREATE POLICY api_read ON {table} FOR SELECT TO footnote_api USING ({read})")
        if insert is not None:
            op.execute(f"GRANT INSERT ON {table} TO footnote_api")
            op.execute(f"CREATE POLICY api_insert ON {table} FOR INSERT TO footnote_api WITH CHECK ({insert})")
        if delete is not None:
            op.execute(f"GRANT DELETE ON {table} TO footnote_api")
            op.execute(f"CREATE POLICY api_delete ON {table} FOR DELETE TO footnote_api USING ({delete})")
    for table, rights in _DEFINER_RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO footnote_definer")
    op.execute("CREATE POLICY definer_history ON documents FOR SELECT TO footnote_definer USING (true)")
    op.execute("GRANT UPDATE ON collections TO footnote_definer")
    op.execute(
        f"CREATE POLICY definer_update ON collections FOR UPDATE TO footnote_definer USING ({_TENANT}) "
        f"WITH CHECK ({_TENANT})"
    )
    # Whose names tell of deals is for whoever manages them, and for oneself.
    _replace("users", "api_read", "SELECT", f"USING ({_TENANT} AND (id = {_ME} OR {_WATCHES}))")
    _replace("group_members", "api_read", "SELECT", f"USING ({_MINE})")
    _replace(
        "groups",
        "api_read",
        "SELECT",
        f"USING ({_TENANT} AND ({_WATCHES} OR id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = {_ME})))",
    )
    _replace(
        "grants",
        "api_read",
        "SELECT",
        f"USING ({_TENANT} AND ({_WATCHES} OR {_OWNED_COLLECTIONS} OR {_OWNED_DOCUMENTS}))",
    )
    _replace(
        "documents",
        "api_insert",
        "INSERT",
        f"WITH CHECK ({_TENANT} AND access_class_id = ANY ((SELECT editable_classes())::int[]))",
    )
    # What was drafted and not shown may tell of any document that it was drafted from.
    _replace(
        "claims",
        "api_read",
        "SELECT",
        f"USING ({_TENANT} AND EXISTS (SELECT 1 FROM answers a WHERE a.question_id = claims.question_id "
        "AND (claims.dropped_reason IS NULL OR NOT EXISTS (SELECT 1 FROM unnest(a.drafted_from) s(id) "
        "WHERE s.id NOT IN (SELECT d.id FROM documents d)))))",
    )
    op.execute("GRANT DELETE ON groups TO footnote_api")
    op.execute(f"CREATE POLICY api_delete ON groups FOR DELETE TO footnote_api USING ({_ADMIN})")


def _replace(table: str, policy: str, action: str, rule: str) -> None:
    op.execute(f"DROP POLICY {policy} ON {table}")
    op.execute(f"CREATE POLICY {policy} ON {table} FOR {action} TO footnote_api {rule}")


def _own_functions() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    for function in (*_OPEN_FUNCTIONS, *_API_FUNCTIONS, *_INNER_FUNCTIONS, *_TRIGGER_FUNCTIONS):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in _OPEN_FUNCTIONS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC")
    for function in _API_FUNCTIONS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_api")
    for function in _TRIGGER_FUNCTIONS:  # whoever makes a trigger must be allowed to call its function
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_owner")
    op.execute("REVOKE ALL ON FUNCTION granted_collections(int), granted_documents(int) FROM footnote_api")
    op.execute("DROP FUNCTION granted_documents(int), granted_collections(int)")
    op.execute("GRANT EXECUTE ON FUNCTION transaction_stamp() TO PUBLIC")
    op.execute("RESET ROLE")


def _compile_what_is_there() -> None:
    """Closures and classes of an installation that has been in use. Its owner passes over its own rules for it."""
    used = ("groups", "collections", "access_classes", "documents", "indexed_documents", "chunks")
    carried = ("chunk_embeddings", "term_postings", "group_closure", "collection_closure")
    for table in (*used, *carried):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO collection_closure WITH RECURSIVE up AS (SELECT tenant_id, id AS above, id, parent_id "
        "FROM collections UNION ALL SELECT up.tenant_id, c.id, up.id, c.parent_id FROM up JOIN collections c "
        "ON c.id = up.parent_id) SELECT tenant_id, above, id FROM up"
    )
    op.execute(
        "INSERT INTO access_classes (id, tenant_id, collection_id, document_type, document_id) "
        "SELECT nextval('access_class_ids'), k.* FROM (SELECT DISTINCT d.tenant_id, d.collection_id, d.document_type, "
        "a.document_id FROM documents d JOIN access_classes a ON a.id = d.access_class_id "
        "WHERE d.deleted_at IS NULL AND d.document_type IS NOT NULL) k"
    )
    op.execute(
        "UPDATE documents d SET access_class_id = n.id FROM access_classes a, access_classes n "
        "WHERE d.deleted_at IS NULL AND d.document_type IS NOT NULL AND a.id = d.access_class_id "
        "AND n.tenant_id = d.tenant_id AND n.collection_id = d.collection_id AND n.document_type = d.document_type "
        "AND n.document_id IS NOT DISTINCT FROM a.document_id"
    )
    for table in ("indexed_documents", "chunks", "chunk_embeddings", "term_postings"):
        op.execute(
            f"UPDATE {table} t SET access_class_id = d.access_class_id FROM documents d "
            "WHERE d.id = t.document_id AND t.access_class_id <> d.access_class_id"
        )
    for table in (*used, *carried):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _install_triggers() -> None:
    op.execute(
        "CREATE TRIGGER end_closure BEFORE DELETE ON groups FOR EACH ROW EXECUTE FUNCTION keep_group_closure();"
        "CREATE TRIGGER keep_closure AFTER INSERT OR DELETE ON group_nestings "
        "FOR EACH ROW EXECUTE FUNCTION keep_group_closure();"
        "CREATE TRIGGER keep_closure AFTER INSERT OR UPDATE OF parent_id ON collections "
        "FOR EACH ROW EXECUTE FUNCTION keep_collection_closure();"
        "CREATE TRIGGER keep_class BEFORE INSERT OR UPDATE OF collection_id, document_type, source, deleted_at, "
        "access_class_id ON documents FOR EACH ROW EXECUTE FUNCTION keep_class();"
        "CREATE TRIGGER spread_class AFTER UPDATE ON documents FOR EACH ROW "
        "WHEN (OLD.access_class_id IS DISTINCT FROM NEW.access_class_id) EXECUTE FUNCTION spread_class();"
    )
    for table in _RECLASSING:
        op.execute(
            f"CREATE TRIGGER reclass AFTER INSERT OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION reclass_document()"
        )
    for table, (key, columns) in _HISTORY.items():
        watched = columns if table != "documents" else "collection_id, document_type, source, deleted_at"
        op.execute(
            f"CREATE TRIGGER keep_history AFTER INSERT OR DELETE OR UPDATE OF {watched} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION keep_history('{key}', '{columns}')"
        )


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0010 can't be taken back: what labels and exclusions close would be opened. Restore a backup instead."
    )

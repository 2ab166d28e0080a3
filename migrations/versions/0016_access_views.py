"""What those who manage access, and those who watch over it, are told of things that they may not see themselves.

What the policy is at this moment is written down where nothing was yet: an installation that was in use before the
history was kept has no rows of what it had by then.

Revision: 0016, after 0015.
"""

from pathlib import Path

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0016"
_FUNCTIONS = (
    "is_known(uuid, uuid)",
    "drop_labels_of_deleted(uuid)",
    "list_people(uuid[], int)",
    "classes_of_people(uuid[])",
    "count_documents(int[])",
    "classes_of_documents(uuid[])",
    "count_seen_by(uuid)",
    "list_governed_collections(uuid, int)",
    "find_governed_collections(text)",
    "name_collections(uuid[])",
    "list_readers(uuid, uuid, int)",
)
_INNER_FUNCTIONS = ("people_within(uuid, uuid[])",)
# table → its key's columns, and those of which the history is kept (as in 0010)
_HISTORY = {
    "users": ("id", "id,email,disabled_at"),
    "groups": ("id", "id,name"),
    "group_members": ("user_id,group_id", "user_id,group_id"),
    "collections": ("id", "id,parent_id,name"),
    "documents": ("id", "id,collection_id,document_type,source,deleted_at"),
    "grants": ("id", "id,user_id,group_id,collection_id,document_id,pack_id,level,expires_at"),
}


def upgrade() -> None:
    op.execute("GRANT DELETE ON document_labels TO footnote_definer")
    op.execute("SET LOCAL ROLE footnote_definer")
    for name in ("knowing", "watching"):
        op.execute((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
    for function in (*_FUNCTIONS, *_INNER_FUNCTIONS):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in _FUNCTIONS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_api")
    op.execute("RESET ROLE")
    _begin_history()


def _begin_history() -> None:
    """Its owner passes over its own rules for it, as at 0010."""
    for table in (*_HISTORY, "policy_history"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table, (key, columns) in _HISTORY.items():
        named = " || '/' || ".join(f"t.{column}::text" for column in key.split(","))
        kept = ", ".join(f"'{column}', t.{column}" for column in columns.split(","))
        op.execute(
            "INSERT INTO policy_history (tenant_id, kind, key, state, is_gone, at) "
            f"SELECT t.tenant_id, '{table}', {named}, jsonb_build_object({kept}), false, clock_timestamp() "
            f"FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM policy_history h WHERE h.tenant_id = t.tenant_id "
            f"AND h.kind = '{table}' AND h.key = {named})"
        )
    for table in (*_HISTORY, "policy_history"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    for function in (*_FUNCTIONS, *_INNER_FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("RESET ROLE")
    op.execute("REVOKE DELETE ON document_labels FROM footnote_definer")

"""Packs by type hold documents whose type a person said: what a document says of itself opens it to nobody.

`documents.said_type` is the type where an editor or the uploader said it, compiled by a trigger from what processes of
before write as well (`metadata_sources`). Documents whose type was only read stay in their classes, which say no type
any more, so that no chunk is rewritten; the few whose type was said are put into classes that say it. Where there are
none, no table of chunks is so much as locked. The history goes on keeping `document_type`, by which processes of before
explain.

Revision: 0022, after 0021.
"""

import re
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from migrations.events import begin_recording, end_recording, record_change

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"
_CARRIED = ("indexed_documents", "chunks", "chunk_embeddings", "term_postings")
_TABLES = ("documents", "access_classes", "policy_history", "entitlement_packs")
_KIND = ("tenant_id", "collection_id", "document_type", "source", "label_ids", "document_id")
# Where each function was last written before.
_FORMER = {
    "ensure_class": "0010/compiling",
    "keep_class": "0010/compiling",
    "classes_of": "0017/policy",
    "list_readers": "0016/watching",
}
_CLASSED = "documents d JOIN access_classes a ON a.id = d.access_class_id"
# A class `n` that differs from the class `a` in its type at most.
_ALIKE = (
    "n.tenant_id = a.tenant_id AND n.collection_id = a.collection_id AND n.source IS NOT DISTINCT FROM a.source "
    "AND n.label_ids = a.label_ids AND n.document_id IS NOT DISTINCT FROM a.document_id"
)
# How many documents a tenant's packs hold by a type that was only read.
_HELD = """
SELECT d.tenant_id, count(*) FROM documents d
WHERE d.deleted_at IS NULL AND d.document_type IS NOT NULL AND d.said_type IS NULL AND EXISTS (
    SELECT 1 FROM entitlement_packs p WHERE p.tenant_id = d.tenant_id AND d.document_type = ANY (p.document_types)
      AND (p.sources = '{}' OR d.source = ANY (p.sources)))
GROUP BY 1 ORDER BY 1
"""
_SPREAD = (
    "CREATE TRIGGER spread_class AFTER UPDATE ON documents FOR EACH ROW "
    "WHEN (OLD.access_class_id IS DISTINCT FROM NEW.access_class_id) EXECUTE FUNCTION spread_class()"
)


def upgrade() -> None:
    op.add_column("documents", sa.Column("said_type", sa.Text(), nullable=True))
    op.add_column("access_classes", sa.Column("said_type", sa.Text(), nullable=True))
    _make_kinds_unique(*_KIND, "said_type")
    op.execute("SET LOCAL ROLE footnote_definer")
    for name in ("compiling", "policy"):
        op.execute((_SQL / "0022" / f"{name}.sql").read_text(encoding="utf-8"))
    op.execute("RESET ROLE")
    op.execute("DROP TRIGGER keep_history ON documents")
    _begin_moving()
    op.execute(
        "UPDATE documents SET said_type = document_type WHERE deleted_at IS NULL AND document_type IS NOT NULL "
        "AND metadata_sources #>> '{document_type,by}' = 'editor'"
    )
    _move_to_classes_by("said_type", where="d.said_type IS NOT NULL", but="")
    _record_held(before=True)
    _end_moving("document_type", "said_type")
    _watch_documents()


def _watch_documents() -> None:
    columns = ("collection_id", "document_type", "said_type", "source", "deleted_at")
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    kept = f"keep_history('id', 'id,{','.join(columns)}')"
    for trigger in (
        "keep_class BEFORE INSERT OR UPDATE OF collection_id, document_type, metadata_sources, said_type, source, "
        "deleted_at, access_class_id ON documents FOR EACH ROW EXECUTE FUNCTION keep_class()",
        f"keep_history AFTER INSERT OR DELETE ON documents FOR EACH ROW EXECUTE FUNCTION {kept}",
        "keep_history_of_changes AFTER UPDATE ON documents FOR EACH ROW "
        f"WHEN (({before}) IS DISTINCT FROM ({after})) EXECUTE FUNCTION {kept}",
    ):
        op.execute(f"CREATE TRIGGER {trigger}")


def downgrade() -> None:
    """What was only read opens documents again. Refused by the database where one former class would then hold two
    documents of one content.
    """
    op.execute("DROP TRIGGER keep_history ON documents")
    op.execute("DROP TRIGGER keep_history_of_changes ON documents")
    _begin_moving()
    where = "(d.document_type IS DISTINCT FROM a.document_type OR a.said_type IS NOT NULL)"
    _move_to_classes_by("document_type", where=where, but="AND n.said_type IS NULL")
    op.execute("DELETE FROM access_classes WHERE said_type IS NOT NULL")
    _record_held(before=False)
    _end_moving("document_type")
    op.execute("SET LOCAL ROLE footnote_definer")
    for name, path in _FORMER.items():
        op.execute(_as_it_was(name, path))
    op.execute("RESET ROLE")
    op.drop_column("documents", "said_type")
    _make_kinds_unique(*_KIND)
    op.drop_column("access_classes", "said_type")
    for trigger in (
        "keep_class BEFORE INSERT OR UPDATE OF collection_id, document_type, source, deleted_at, access_class_id "
        "ON documents FOR EACH ROW EXECUTE FUNCTION keep_class()",
        "keep_history AFTER INSERT OR DELETE OR UPDATE OF collection_id, document_type, source, deleted_at "
        "ON documents FOR EACH ROW EXECUTE FUNCTION "
        "keep_history('id', 'id,collection_id,document_type,source,deleted_at')",
    ):
        op.execute(f"CREATE TRIGGER {trigger}")


def _make_kinds_unique(*columns: str) -> None:
    op.drop_constraint("uq_access_classes_kind", "access_classes")
    op.create_unique_constraint("uq_access_classes_kind", "access_classes", columns, postgresql_nulls_not_distinct=True)


def _begin_moving() -> None:
    """Its owner passes over its own rules for it, as at 0010, and moves what carries a class by itself."""
    for trigger in ("keep_class", "spread_class"):
        op.execute(f"DROP TRIGGER {trigger} ON documents")
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def _move_to_classes_by(column: str, *, where: str, but: str) -> None:
    """Put the documents into classes like theirs whose `column` says what theirs does."""
    op.execute(
        f"INSERT INTO access_classes (id, tenant_id, collection_id, {column}, source, label_ids, document_id) "
        f"SELECT nextval('access_class_ids'), k.* FROM (SELECT DISTINCT a.tenant_id, a.collection_id, d.{column}, "
        f"a.source, a.label_ids, a.document_id FROM {_CLASSED} WHERE d.deleted_at IS NULL AND {where}) k "
        "ON CONFLICT DO NOTHING"
    )
    found = op.get_bind().execute(
        sa.text(
            f"UPDATE documents d SET access_class_id = n.id FROM access_classes a, access_classes n "
            f"WHERE d.deleted_at IS NULL AND a.id = d.access_class_id AND {where} AND {_ALIKE} "
            f"AND n.{column} IS NOT DISTINCT FROM d.{column} {but} RETURNING d.id"
        )
    )
    moved = list(found.scalars())
    if moved:
        for table in _CARRIED:
            _move_carried(table, moved)


def _move_carried(table: str, documents: list[UUID]) -> None:
    """By the index on documents: the table is not read as a whole while nobody else may."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        sa.text(
            f"UPDATE {table} t SET access_class_id = d.access_class_id FROM documents d "
            "WHERE d.id = ANY (:documents) AND t.document_id = d.id AND t.access_class_id <> d.access_class_id"
        ).bindparams(documents=documents)
    )
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _record_held(*, before: bool) -> None:
    """Tell each tenant of how many documents its packs held (or hold again) by types that were only read."""
    begin_recording()
    for tenant_id, number in op.get_bind().execute(sa.text(_HELD)).all():
        counts = ({"held": number}, {"held": 0})
        was, now = counts if before else counts[::-1]
        detail = {"migration": revision, "before": was, "after": now}
        record_change(tenant_id, "access.packs.changed", object_type="tenant", object_id=tenant_id, detail=detail)
    end_recording()


def _end_moving(*types: str) -> None:
    """From here on the history says by which type each document is judged, and what was learned of classes is void."""
    told = ", ".join(f"'{column}', d.{column}" for column in types)
    op.execute(
        "INSERT INTO policy_history (tenant_id, kind, key, state, is_gone, at) "
        "SELECT d.tenant_id, 'documents', d.id::text, jsonb_build_object('id', d.id, 'collection_id', d.collection_id, "
        f"{told}, 'source', d.source, 'deleted_at', d.deleted_at), false, clock_timestamp() "
        "FROM documents d WHERE d.document_type IS NOT NULL AND d.deleted_at IS NULL"
    )
    op.execute("UPDATE access_classes SET made_by = pg_current_xact_id()")
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(_SPREAD)


def _as_it_was(function: str, path: str) -> str:
    """The statement that makes the function what it was."""
    told = (_SQL / f"{path}.sql").read_text(encoding="utf-8")
    found = re.search(rf"^CREATE (?:OR REPLACE )?FUNCTION ({function}\(.*?^\$\$;)", told, re.DOTALL | re.MULTILINE)
    assert found is not None, f"{path} makes no function {function}"
    return f"CREATE OR REPLACE FUNCTION {found[1]}"

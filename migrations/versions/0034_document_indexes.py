"""Adds the indexes that count a collection's documents and sort documents by title, without locking the documents
against writes. A file may state a title that is too long for an index.

An index that an interrupted upgrade left invalid is built again. Revision: 0034_document_indexes, after
0033_renames.
"""

from alembic import op

revision: str = "0034_document_indexes"
down_revision: str | None = "0033_renames"
branch_labels: str | None = None
depends_on: str | None = None

_INDEXES = {
    "ix_documents_tenant_id_collection_id": "(tenant_id, collection_id)",
    "ix_documents_title": "(tenant_id, lower(left(title, 200)), id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON documents {definition}")


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

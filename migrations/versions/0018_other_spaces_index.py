"""Adds the index that finds documents embedded in other spaces than the current one, without locking the signatures
against writes.

An index that an interrupted upgrade left invalid is built again. Revision: 0018_other_spaces_index, after
0017_folded_space.
"""

from alembic import op

revision: str = "0018_other_spaces_index"
down_revision: str | None = "0017_folded_space"
branch_labels: str | None = None
depends_on: str | None = None

_NAME = "ix_chunk_signatures_space_id_tenant_id_document_id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")
        op.execute(f"CREATE INDEX CONCURRENTLY {_NAME} ON chunk_signatures (space_id, tenant_id, document_id)")


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

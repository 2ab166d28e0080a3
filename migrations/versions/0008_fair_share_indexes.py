"""Adds the indexes that `choose_stage` reads, without locking the stages against writes.

An index that an interrupted upgrade left invalid is built again. Revision: 0008_fair_share_indexes, after
0007_fair_shares.
"""

from alembic import op

revision: str = "0008_fair_share_indexes"
down_revision: str | None = "0007_fair_shares"
branch_labels: str | None = None
depends_on: str | None = None

_INDEXES = {
    "ix_stages_pending": "(queue, tenant_id, priority, available_at) WHERE status = 'pending'",
    "ix_stages_leased": "(queue, tenant_id) WHERE status = 'leased'",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON stages {definition}")
        for table, column in (("tenants", "weight"), ("runs", "priority"), ("stages", "priority")):
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{column}")


def downgrade() -> None:
    raise RuntimeError("This revision cannot be downgraded: processes of both versions work with it.")

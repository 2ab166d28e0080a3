"""Locks the tasks of a schema in one order, and adds the indexes that claims read, without locking the tables against
writes. Its function is in migrations/sql.

An index that an interrupted upgrade left invalid is built again. Revision: 0026_review_locks, after 0025_webhooks.
"""

from pathlib import Path

from alembic import op

revision: str = "0026_review_locks"
down_revision: str | None = "0025_webhooks"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0026_review_locks.sql"
_INDEXES = {
    "ix_review_tasks_assigned": "review_tasks (tenant_id, assignee, priority DESC, id) WHERE assignee IS NOT NULL",
    "ix_field_revisions_sealed": "field_revisions (field_id, made_by, round) WHERE sealed",
    "ix_fields_due": "fields (tenant_id, task_id) WHERE sampled = 'due'",
}


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))
    with op.get_context().autocommit_block():
        for name, definition in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

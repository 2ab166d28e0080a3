"""Counts of the ways in which a stage's attempts ended, and an index of failed runs.

Revision: 0006_dead_letters, after 0005_run_notifications.
"""

from pathlib import Path

from alembic import op

revision: str = "0006_dead_letters"
down_revision: str | None = "0005_run_notifications"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    # The index comes first: if it fails, the upgrade can be repeated, because the rest is one transaction.
    with op.get_context().autocommit_block():
        # An interrupted upgrade leaves an invalid index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_runs_failed")
        op.execute("CREATE INDEX CONCURRENTLY ix_runs_failed ON runs (tenant_id, id) WHERE status = 'failed'")
    op.execute((_SQL / "0006_dead_letters.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

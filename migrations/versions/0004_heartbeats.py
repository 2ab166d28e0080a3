"""Heartbeats of Footnote's processes, and how long stages wait (migrations/sql/0004_heartbeats.sql).

Revision: 0004_heartbeats, after 0003_restored_clusters.
"""

from pathlib import Path

from alembic import op

revision: str = "0004_heartbeats"
down_revision: str | None = "0003_restored_clusters"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0004_heartbeats.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION record_heartbeats, list_heartbeats, list_stage_waits")
    op.execute("DROP TABLE heartbeats")

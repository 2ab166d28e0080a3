"""Notifications of changes of runs, so that event streams need not poll. It only adds to the schema.

Revision: 0005_run_notifications, after 0004_heartbeats.
"""

from pathlib import Path

from alembic import op

revision: str = "0005_run_notifications"
down_revision: str | None = "0004_heartbeats"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0005_run_notifications.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("There are no downgrades: restore a backup instead.")

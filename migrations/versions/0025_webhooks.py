"""Adds webhooks and their deliveries. Its SQL is in migrations/sql.

Revision: 0025_webhooks, after 0025_feed.
"""

from pathlib import Path

from alembic import op

revision: str = "0025_webhooks"
down_revision: str | None = "0025_feed"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0025_webhooks.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

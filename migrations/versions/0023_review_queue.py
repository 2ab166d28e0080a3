"""Reads the tasks of a schema again after a new version of it. Its SQL is in migrations/sql.

Revision: 0023_review_queue, after 0022_review.
"""

from pathlib import Path

from alembic import op

revision: str = "0023_review_queue"
down_revision: str | None = "0022_review"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0023_review_queue.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

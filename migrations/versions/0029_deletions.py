"""Adds the deletions of documents to the change feed. Its SQL is in migrations/sql.

Revision: 0029_deletions, after 0028_moments.
"""

from pathlib import Path

from alembic import op

revision: str = "0029_deletions"
down_revision: str | None = "0028_moments"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0029_deletions.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

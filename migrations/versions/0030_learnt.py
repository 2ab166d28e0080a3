"""Adds withdrawals of lessons, and the tasks to read again. Its SQL is in migrations/sql.

Revision: 0030_learnt, after 0029_deletions.
"""

from pathlib import Path

from alembic import op

revision: str = "0030_learnt"
down_revision: str | None = "0029_deletions"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0030_learnt.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

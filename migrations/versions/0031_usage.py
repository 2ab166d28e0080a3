"""Adds the counts of usage by month. Its SQL is in migrations/sql.

Revision: 0031_usage, after 0030_learnt.
"""

from pathlib import Path

from alembic import op

revision: str = "0031_usage"
down_revision: str | None = "0030_learnt"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0031_usage.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

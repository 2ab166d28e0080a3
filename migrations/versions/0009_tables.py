"""Adds the tables of documents, and the marks and deleted text of pages. Its SQL is in migrations/sql.

Revision: 0009_tables, after 0008_fair_share_indexes.
"""

from pathlib import Path

from alembic import op

revision: str = "0009_tables"
down_revision: str | None = "0008_fair_share_indexes"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0009_tables.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

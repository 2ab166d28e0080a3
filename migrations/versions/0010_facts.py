"""Adds the facts of documents. Its SQL is in migrations/sql.

Revision: 0010_facts, after 0009_tables.
"""

from pathlib import Path

from alembic import op

revision: str = "0010_facts"
down_revision: str | None = "0009_tables"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0010_facts.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

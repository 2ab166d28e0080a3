"""Looks up the owner of a row by its key. Its SQL is in migrations/sql.

Revision: 0016_owned_rows, after 0016_answer_grids.
"""

from pathlib import Path

from alembic import op

revision: str = "0016_owned_rows"
down_revision: str | None = "0016_answer_grids"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0016_owned_rows.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

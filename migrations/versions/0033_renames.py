"""Lets access administrators rename labels and entitlement packs. Its SQL is in migrations/sql.

Revision: 0033_renames, after 0032_desk.
"""

from pathlib import Path

from alembic import op

revision: str = "0033_renames"
down_revision: str | None = "0032_desk"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0033_renames.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

"""Reads published documents by a schema, and records which mentions were read. Its SQL is in migrations/sql.

Revision: 0032_desk, after 0031_usage.
"""

from pathlib import Path

from alembic import op

revision: str = "0032_desk"
down_revision: str | None = "0031_usage"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0032_desk.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

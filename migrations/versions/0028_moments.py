"""Reads past moments of review tasks exactly: waits for decisions that are being stored, and knows when a field was not
in its task. Its SQL is in migrations/sql.

Revision: 0028_moments, after 0027_issuer_watches.
"""

from pathlib import Path

from alembic import op

revision: str = "0028_moments"
down_revision: str | None = "0027_issuer_watches"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0028_moments.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

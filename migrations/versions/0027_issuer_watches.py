"""Adds the issuers that users watch. Its SQL is in migrations/sql.

Revision: 0027_issuer_watches, after 0026_review_locks.
"""

from pathlib import Path

from alembic import op

revision: str = "0027_issuer_watches"
down_revision: str | None = "0026_review_locks"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0027_issuer_watches.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

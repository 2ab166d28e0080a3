"""Looks up by its key each document that a policy asks for. Its SQL is in migrations/sql.

Revision: 0020_documents_by_key, after 0019_reembedding.
"""

from pathlib import Path

from alembic import op

revision: str = "0020_documents_by_key"
down_revision: str | None = "0019_reembedding"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0020_documents_by_key.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

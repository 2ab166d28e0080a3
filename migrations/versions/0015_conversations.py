"""Adds conversations and feedback. Its SQL is in migrations/sql.

Revision: 0015_conversations, after 0014_issuers.
"""

from pathlib import Path

from alembic import op

revision: str = "0015_conversations"
down_revision: str | None = "0014_issuers"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0015_conversations.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

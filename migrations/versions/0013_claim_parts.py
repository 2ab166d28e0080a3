"""Adds the part and the subject of claims. Its SQL is in migrations/sql.

Revision: 0013_claim_parts, after 0010_facts.
"""

from pathlib import Path

from alembic import op

revision: str = "0013_claim_parts"
down_revision: str | None = "0010_facts"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0013_claim_parts.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

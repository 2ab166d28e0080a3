"""Adds priorities, tenants' weights, and the function that chooses a worker's next stage.

Revision: 0007_fair_shares, after 0006_dead_letters.
"""

from pathlib import Path

from alembic import op

revision: str = "0007_fair_shares"
down_revision: str | None = "0006_dead_letters"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0007_fair_shares.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("This revision cannot be downgraded: processes of both versions work with it.")

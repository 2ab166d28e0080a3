"""A function that deletes expired idempotency records. Its SQL is in migrations/sql.

Revision: 0002_purge_idempotency, after 0001_baseline.
"""

from pathlib import Path

from alembic import op

revision: str = "0002_purge_idempotency"
down_revision: str | None = "0001_baseline"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0002_purge_idempotency.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION purge_idempotency_records(int)")
    op.execute("DROP POLICY definer_hold ON idempotency_records")
    op.execute("DROP POLICY definer_purge ON idempotency_records")
    op.execute("DROP POLICY definer_read ON idempotency_records")
    op.execute("REVOKE ALL ON idempotency_records FROM footnote_definer")

"""Caches of access classes work in a cluster that is younger than the dump it was restored from.

Revision: 0003_restored_clusters, after 0002_purge_idempotency.
"""

from pathlib import Path

from alembic import op

revision: str = "0003_restored_clusters"
down_revision: str | None = "0002_purge_idempotency"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    op.execute((_SQL / "0003_restored_clusters.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("This revision cannot be downgraded: it only replaces a function.")

"""Adds the background job that embeds documents again after a change of the embeddings. Its SQL is in migrations/sql.

Revision: 0019_reembedding, after 0018_other_spaces_index.
"""

from pathlib import Path

from alembic import op

revision: str = "0019_reembedding"
down_revision: str | None = "0018_other_spaces_index"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0019_reembedding.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

"""Adds the editors' desk: schemas, tasks, fields with their revisions, and the changes that they make. Its SQL is in
migrations/sql.

Revision: 0022_review, after 0021_class_of_edits.
"""

from pathlib import Path

from alembic import op

revision: str = "0022_review"
down_revision: str | None = "0021_class_of_edits"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    for name in ("0022_review.sql", "0022_review_rules.sql", "0022_review_rows.sql"):
        op.execute((_SQL / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

"""Gives an editor's change of an issuer the class that the document has when the change is stored. Its SQL is in
migrations/sql.

Revision: 0021_class_of_edits, after 0020_documents_by_key.
"""

from pathlib import Path

from alembic import op

revision: str = "0021_class_of_edits"
down_revision: str | None = "0020_documents_by_key"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0021_class_of_edits.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

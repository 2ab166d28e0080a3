"""The schema of the first release. Its SQL is in migrations/sql, with one file per subject.

Revision: 0001_baseline, after none.
"""

from pathlib import Path

from alembic import op

revision: str = "0001_baseline"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"

# The files are in the order of their dependencies: tables, functions with their triggers, row-level security.
SUBJECTS = (
    "tables/identity",
    "tables/documents",
    "tables/access",
    "tables/answers",
    "search",
    "context",
    "policy",
    "classes",
    "changes",
    "reports",
    "sign_in",
    "jobs",
    "audit",
    "rows",
    "rows_api",
)


def upgrade() -> None:
    for subject in SUBJECTS:
        op.execute((_SQL / f"{subject}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("The baseline cannot be downgraded: drop the database instead.")

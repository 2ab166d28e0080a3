"""Adds issuers: the names of issuers by document, and editors' changes. Its SQL is in migrations/sql.

Revision: 0014_issuers, after 0013_claim_parts. Documents of earlier versions are filed by the maintenance task
`storage.collect_blobs`, so that no lock is held meanwhile.
"""

from pathlib import Path

from alembic import op

revision: str = "0014_issuers"
down_revision: str | None = "0013_claim_parts"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0014_issuers.sql"


def upgrade() -> None:
    op.execute(_SQL.read_text(encoding="utf-8"))
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_documents_tenant_id_issuer_id")
        op.execute("CREATE INDEX CONCURRENTLY ix_documents_tenant_id_issuer_id ON documents (tenant_id, issuer_id)")


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

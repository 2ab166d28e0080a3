"""The classes of somebody in thousands of groups, worked out by reading a few of a collection's grants.

Indexes are made while the tables are written to; the functions are replaced at once.

Revision: 0017, after 0016.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for half_made in ("ix_grants_of_collections", "ix_grants_of_others"):  # by an upgrade that was cut off
            op.drop_index(half_made, "grants", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_grants_of_collections",
            "grants",
            ["tenant_id", "collection_id", sa.text("level DESC")],
            postgresql_include=["subject_id", "expires_at"],
            postgresql_where=sa.text("collection_id IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_grants_of_others",
            "grants",
            ["tenant_id", "subject_id"],
            postgresql_where=sa.text("collection_id IS NULL"),
            postgresql_concurrently=True,
        )
        op.drop_index(op.f("ix_grants_tenant_id_collection_id"), "grants", postgresql_concurrently=True, if_exists=True)
    # Read and written with every change of the policy: compressing takes longer than bytes do.
    op.execute("ALTER TABLE learned_classes ALTER lists SET STORAGE EXTERNAL")
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute((_SQL / "0017" / "policy.sql").read_text(encoding="utf-8"))
    op.execute("RESET ROLE")


def downgrade() -> None:
    """The functions stay: they say the same with the indexes that were there before."""
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_grants_tenant_id_collection_id"),
            "grants",
            ["tenant_id", "collection_id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        for index in ("ix_grants_of_collections", "ix_grants_of_others"):
            op.drop_index(index, "grants", postgresql_concurrently=True, if_exists=True)

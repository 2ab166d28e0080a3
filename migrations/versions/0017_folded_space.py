"""Adds the embedding space of the built-in model with texts folded to lower case. Documents embedded before are
found by words until they are embedded again (0019_reembedding).

Revision: 0017_folded_space, after 0016_owned_rows.
"""

from alembic import op

revision: str = "0017_folded_space"
down_revision: str | None = "0016_owned_rows"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("UPDATE embedding_spaces SET status = 'retired' WHERE model = 'wordllama-l2-supercat'")
    op.execute(
        "INSERT INTO embedding_spaces (model, dimensions, version, status, created_at) "
        "VALUES ('wordllama-l2-supercat', 256, 'b5d4e7b8c299', 'active', now()) ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    raise RuntimeError("Downgrades are not supported: restore a backup that was made before the upgrade.")

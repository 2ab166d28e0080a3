"""Runs Alembic as the owner, with one transaction per revision and short lock and statement timeouts.

The URL comes from the caller (`config.attributes["url"]`, set by `app.db.migrate`) or from
FOOTNOTE_DATABASE__OWNER_URL.
"""

import os

from alembic import context
from sqlalchemy import text

from app.db.session import build_engine
from migrations.tables import METADATA

# A migration that waits for a lock blocks all later requests for the same lock. Therefore it waits no longer than this
# and then fails. It can be run again.
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT_MS = 300_000


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Return False for the indexes that app.retrieval.index.graphs creates: they are not part of the schema."""
    return kind != "index" or not (name or "").startswith("hnsw_chunk_embeddings_")


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["FOOTNOTE_DATABASE__OWNER_URL"]
    engine = build_engine(
        url, pool_size=1, statement_timeout_ms=STATEMENT_TIMEOUT_MS, application_name="footnote-migrations"
    )
    with engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            transaction_per_migration=True,
            compare_type=True,
            include_name=_is_ours,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()

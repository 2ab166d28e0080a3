"""Prepares a database for this version of Footnote and its settings. It connects as the database owner."""

from sqlalchemy import Engine, text

from app.core.clock import SystemClock
from app.db.migrate import HEAD, upgrade_to
from app.db.session import Database, build_engine
from app.llm.port import EmbeddingSpaceSpec
from app.llm.wordllama_embedder import built_in_space
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.index.spaces import activate_space
from app.retrieval.limits import SearchLimits
from app.settings import EmbeddingSettings

INDEX_BUILD_MS = 3_600_000


def prepare_database(owner_url: str, embedding: EmbeddingSettings, *, revision: str = HEAD) -> None:
    """Upgrade the schema to `revision`, and make the embedding space of the settings the current one.

    It may be called again. Raises InvalidInputError if the revision does not exist, SchemaTooOldError if the schema is
    older than the baseline revision (`0001_baseline`).
    """
    upgrade_to(owner_url, revision)
    database = Database(engine=open_index_engine(owner_url, application_name="footnote-owner"))
    try:
        with database.anonymous() as session:
            activate_space(session, get_configured_space(embedding), clock=SystemClock())
    finally:
        database.close()


def get_configured_space(embedding: EmbeddingSettings) -> EmbeddingSpaceSpec:
    """Return the space of the configured endpoint's model, or that of the built-in embeddings."""
    if embedding.base_url is None:
        return built_in_space()
    return EmbeddingSpaceSpec(embedding.model, embedding.dimensions, embedding.version)


def build_graphs(owner_url: str) -> None:
    """Create the missing graph indexes of large tenants (`app.retrieval.index.graphs`). May take minutes."""
    engine = open_index_engine(owner_url, application_name="footnote-owner")
    try:
        ensure_graphs(engine, least_chunks=SearchLimits().graph_chunks)
    finally:
        engine.dispose()


def open_index_engine(owner_url: str, *, application_name: str) -> Engine:
    """Return an engine with one connection, whose statements may take as long as building an index."""
    return build_engine(owner_url, pool_size=1, statement_timeout_ms=INDEX_BUILD_MS, application_name=application_name)


def forget_context_keys(owner_url: str) -> None:
    """Delete the keys that verify the login roles' contexts (`app.db.context`). Each role then stores a new key."""
    engine = build_engine(owner_url, pool_size=1, statement_timeout_ms=30_000, application_name="footnote-owner")
    database = Database(engine=engine)
    try:
        with database.anonymous() as session:
            session.execute(text("DELETE FROM context_keys"))
    finally:
        database.close()

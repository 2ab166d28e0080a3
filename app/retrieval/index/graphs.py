"""Graphs speed up searches with many visible chunks. A graph is an HNSW index over the vectors of one large tenant in
one embedding space.

A search in one graph for all tenants would pass through other tenants' chunks, and its results would depend on them.
Small tenants have no graph: their searches compare vectors, which is exact or nearly exact, but takes longer if more
chunks are visible. The database's catalogue is the only record of existing graphs.
"""

import threading
from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.retrieval.models import EmbeddingSpace

INDEX_PREFIX = "hnsw_chunk_embeddings_"

# Malkov & Yashunin 2018, §4.1. At ef 400, the recall of the nearest 20 of 200,000 chunks is 0.99 with these values, and
# 0.93 with M 12 and ef_construction 40 (ADR 0008).
HNSW_M = 16
HNSW_EF_CONSTRUCTION = 100

_LARGE = text("SELECT large_tenants(:least)")
# Only one process creates graphs at a time. A second one would drop the first one's unfinished graph as abandoned.
_TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('footnote graphs', 0))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended('footnote graphs', 0))")
_POLL_SECONDS = 0.25
_RETIRED = text("""
    SELECT c.relname FROM embedding_spaces s JOIN pg_class c ON starts_with(c.relname, :prefix || s.id || '_')
    WHERE s.status = 'retired' AND c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace
""")
_STATE = text("SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(:name)")


def ensure_graphs(owner: Engine, *, least_chunks: int, ended: threading.Event | None = None) -> list[UUID]:
    """Create the missing graphs of tenants with at least `least_chunks` chunks, and drop those of retired embedding
    spaces. Returns a tenant id for each new graph. Needs the owner role. Setting `ended` prevents further graphs.

    This does not block writers (CREATE INDEX CONCURRENTLY). Graphs that an earlier call left unfinished are created
    again. Concurrent calls run one after another. 200,000 vectors take about a minute.
    """
    ended = ended or threading.Event()
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # The lock is polled to avoid a deadlock: a statement that waits for a lock keeps a snapshot open, and CREATE
        # INDEX CONCURRENTLY waits for open snapshots.
        while not connection.scalar(_TRY_LOCK):
            if ended.wait(_POLL_SECONDS):
                return []
        try:
            return _make_missing(connection, least_chunks, ended)
        finally:
            _unlock(connection)


def _unlock(connection: Connection) -> None:
    """Release the lock. If the connection is lost, the lock is already released: ignore the error."""
    with suppress(SQLAlchemyError):
        connection.execute(_UNLOCK)


def _make_missing(connection: Connection, least_chunks: int, ended: threading.Event) -> list[UUID]:
    made: list[UUID] = []
    for name in connection.scalars(_RETIRED, {"prefix": INDEX_PREFIX}).all():
        connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
    active = select(EmbeddingSpace.id, EmbeddingSpace.dimensions).where(EmbeddingSpace.status == "active")
    spaces = connection.execute(active).all()
    for tenant_id in connection.scalars(_LARGE, {"least": least_chunks}).all():
        for space_id, dimensions in spaces:
            if ended.is_set():
                return made
            name = graph_name(space_id, tenant_id)
            valid = connection.scalar(_STATE, {"name": name})
            if valid:
                continue
            if valid is False:
                connection.execute(text(f"DROP INDEX CONCURRENTLY {name}"))
            connection.execute(text(_statement(name, space_id, dimensions, tenant_id)))
            made.append(tenant_id)
    return made


def graph_name(space_id: int, tenant_id: UUID) -> str:
    """Return the index name, within PostgreSQL's limit of 63 bytes."""
    return f"{INDEX_PREFIX}{int(space_id)}_{tenant_id.hex}"


def _statement(name: str, space_id: int, dimensions: int, tenant_id: UUID) -> str:
    """Return the CREATE INDEX statement. It uses the inner product, because vectors have length 1
    (`app.llm.port.Embedder`).
    """
    return (
        f"CREATE INDEX CONCURRENTLY {name} ON chunk_embeddings "
        f"USING hnsw ((embedding::halfvec({int(dimensions)})) halfvec_ip_ops) "
        f"WITH (m = {HNSW_M}, ef_construction = {HNSW_EF_CONSTRUCTION}) "
        f"WHERE space_id = {int(space_id)} AND tenant_id = '{tenant_id}'"
    )

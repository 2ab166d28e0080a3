"""Graphs: an HNSW index of a large tenant's own vectors, in one space, for searches that see much of them.

A graph over all tenants would be walked through others' chunks, and what it finds would change with them. So a tenant
has none until it is large; without one every search compares, which is exact or nearly so, and takes longer the more is
seen. The catalogue of the database is the only record of which graphs there are.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, select, text

from app.retrieval.models import EmbeddingSpace

INDEX_PREFIX = "hnsw_chunk_embeddings_"

# Malkov & Yashunin 2018, §4.1. Of 200,000 chunks' nearest 20 a walk of 400 finds .99 with these, .93 with 12 and 40
# (ADR 0008).
HNSW_M = 16
HNSW_EF_CONSTRUCTION = 100

_LARGE = text("SELECT large_tenants(:least)")
# One at a time makes graphs: a second would take the first's, half made, for one that was left so, and drop it.
_TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('footnote graphs', 0))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended('footnote graphs', 0))")
_LOOK_SECONDS = 0.25
_STATE = text("SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(:name)")


def ensure_graphs(owner: Engine, *, least_chunks: int) -> list[UUID]:
    """Make the graphs that tenants of at least so many chunks lack; the tenants that got one. As the owner.

    Others write meanwhile (CREATE INDEX CONCURRENTLY). May be repeated: a graph that was left half-made is made anew;
    who comes while another makes some waits for it. 200,000 vectors take about a minute.
    """
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection, _alone(connection):
        return _make_missing(connection, least_chunks)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold the lock of those who make graphs. It is asked for again and again, as a statement that waits for a lock
    holds a snapshot, which CREATE INDEX CONCURRENTLY waits for: the two would wait for each other.
    """
    while not connection.scalar(_TRY_LOCK):
        time.sleep(_LOOK_SECONDS)
    try:
        yield
    finally:
        connection.execute(_UNLOCK)


def _make_missing(connection: Connection, least_chunks: int) -> list[UUID]:
    made: list[UUID] = []
    spaces = connection.execute(select(EmbeddingSpace.id, EmbeddingSpace.dimensions)).all()
    for tenant_id in connection.scalars(_LARGE, {"least": least_chunks}).all():
        for space_id, dimensions in spaces:
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
    """The index's name; at most 63 bytes, which PostgreSQL keeps of a name."""
    return f"{INDEX_PREFIX}{int(space_id)}_{tenant_id.hex}"


def _statement(name: str, space_id: int, dimensions: int, tenant_id: UUID) -> str:
    """Inner product, because vectors have length 1 (`app.llm.port.Embedder`)."""
    return (
        f"CREATE INDEX CONCURRENTLY {name} ON chunk_embeddings "
        f"USING hnsw ((embedding::halfvec({int(dimensions)})) halfvec_ip_ops) "
        f"WITH (m = {HNSW_M}, ef_construction = {HNSW_EF_CONSTRUCTION}) "
        f"WHERE space_id = {int(space_id)} AND tenant_id = '{tenant_id}'"
    )

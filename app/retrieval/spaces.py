"""Embedding spaces: a row and a partial HNSW index each, so that two models' vectors live side by side."""

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.errors import EmbeddingSpaceMissingError
from app.retrieval.models import EmbeddingSpace

INDEX_PREFIX = "hnsw_chunk_embeddings_space_"

# Malkov & Yashunin 2018, §4.1: M 5–48; at 256 dimensions M 12 keeps recall and halves the cost of an insert (ADR 0004).
HNSW_M = 12
HNSW_EF_CONSTRUCTION = 40


def ensure_space(session: Session, spec: EmbeddingSpaceSpec, *, clock: Clock) -> int:
    """The id of the space, made active with its index if it was missing. As the owner: other roles make no indexes."""
    session.execute(
        insert(EmbeddingSpace)
        .values(
            model=spec.model,
            dimensions=spec.dimensions,
            version=spec.version,
            status="active",
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    space_id = get_space_id(session, spec)
    session.execute(text(index_statement(space_id, spec.dimensions)))
    return space_id


def find_space_id(session: Session, spec: EmbeddingSpaceSpec) -> int | None:
    """The id of the space, or None when there is none yet."""
    return session.scalar(
        select(EmbeddingSpace.id).where(
            EmbeddingSpace.model == spec.model,
            EmbeddingSpace.dimensions == spec.dimensions,
            EmbeddingSpace.version == spec.version,
        )
    )


def get_space_id(session: Session, spec: EmbeddingSpaceSpec) -> int:
    """The id of the space. Raises EmbeddingSpaceMissingError."""
    space_id = find_space_id(session, spec)
    if space_id is None:
        raise EmbeddingSpaceMissingError
    return space_id


def index_statement(space_id: int, dimensions: int) -> str:
    """DDL of a space's index. Inner product, because vectors have length 1 (`app.llm.port.Embedder`)."""
    return (
        f"CREATE INDEX IF NOT EXISTS {INDEX_PREFIX}{int(space_id)} ON chunk_embeddings "
        f"USING hnsw ((embedding::halfvec({int(dimensions)})) halfvec_ip_ops) "
        f"WITH (m = {HNSW_M}, ef_construction = {HNSW_EF_CONSTRUCTION}) WHERE space_id = {int(space_id)}"
    )

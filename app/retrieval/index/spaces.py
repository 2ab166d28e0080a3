"""Embedding spaces: a row each, so that two models' vectors live side by side and are never compared."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.errors import EmbeddingSpaceMissingError
from app.retrieval.models import EmbeddingSpace


def ensure_space(session: Session, spec: EmbeddingSpaceSpec, *, clock: Clock) -> int:
    """The id of the space, made active if it was missing. As the owner: other roles make no spaces."""
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
    return get_space_id(session, spec)


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

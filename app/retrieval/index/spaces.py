"""Embedding spaces: one row per model, so that vectors of different models are stored separately and never compared."""

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.errors import EmbeddingSpaceMissingError
from app.retrieval.models import EmbeddingSpace


def ensure_space(session: Session, spec: EmbeddingSpaceSpec, *, clock: Clock) -> int:
    """Return the id of the space, and create it as active if it is missing. Needs the owner role."""
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


def activate_space(session: Session, spec: EmbeddingSpaceSpec, *, clock: Clock) -> None:
    """Make the space the only active one, and create it if it is missing. Needs the owner role.

    Documents with vectors of other spaces are then embedded again (`workers.maintenance.reembedding`).
    """
    space_id = ensure_space(session, spec, clock=clock)
    status = case((EmbeddingSpace.id == space_id, "active"), else_="retired")
    session.execute(update(EmbeddingSpace).values(status=status).where(EmbeddingSpace.status != status))


def find_space_id(session: Session, spec: EmbeddingSpaceSpec) -> int | None:
    """Return the id of the space, or None if it does not exist."""
    return session.scalar(
        select(EmbeddingSpace.id).where(
            EmbeddingSpace.model == spec.model,
            EmbeddingSpace.dimensions == spec.dimensions,
            EmbeddingSpace.version == spec.version,
        )
    )


def get_space_id(session: Session, spec: EmbeddingSpaceSpec) -> int:
    """Return the id of the space. Raises EmbeddingSpaceMissingError."""
    space_id = find_space_id(session, spec)
    if space_id is None:
        raise EmbeddingSpaceMissingError
    return space_id

"""The users who review. Other users see only the IDs of those who decided."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST_REVIEWERS = 2_000
_REVIEWERS = text("SELECT id, name, is_active, approves FROM list_reviewers() ORDER BY name, id LIMIT :most")
_ACTIVE = text("SELECT id FROM list_reviewers() WHERE is_active AND id = ANY(CAST(:ids AS uuid[]))")


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A user who reviews. `is_active` is False for one who is disabled or deleted."""

    id: UUID
    name: str
    is_active: bool
    approves: bool


def list_reviewers(session: Session) -> list[Reviewer]:
    """List the tenant's editors and approvers by name, as far as the session's principal may see them: the first
    `MOST_REVIEWERS`.
    """
    return [Reviewer(*row) for row in session.execute(_REVIEWERS, {"most": MOST_REVIEWERS})]


def are_reviewers(session: Session, user_ids: Collection[UUID]) -> bool:
    """Return whether these are active users who may review."""
    wanted = set(user_ids)
    return set(session.scalars(_ACTIVE, {"ids": list(wanted)})) == wanted

"""The users who review. Other users see only the IDs of those who decided."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_REVIEWERS = text("SELECT id, name, is_active, approves FROM list_reviewers() ORDER BY name, id")


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A user who reviews. `is_active` is False for one who is disabled or deleted."""

    id: UUID
    name: str
    is_active: bool
    approves: bool


def list_reviewers(session: Session) -> list[Reviewer]:
    """List the tenant's editors and approvers by name, as far as the session's principal may see them."""
    return [Reviewer(*row) for row in session.execute(_REVIEWERS)]


def is_reviewer(session: Session, user_id: UUID) -> bool:
    """Return whether there is such an active user who may review."""
    return any(each.id == user_id and each.is_active for each in list_reviewers(session))

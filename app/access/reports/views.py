"""What the repository of reports returns of collections and readers."""

from dataclasses import dataclass
from uuid import UUID

from app.access.models import Label
from app.identity.models import User


@dataclass(frozen=True, slots=True)
class SeenCollection:
    """A collection with how many of its documents somebody sees, and at most at which level."""

    id: UUID
    name: str
    level: int
    documents: int


@dataclass(frozen=True, slots=True)
class GovernedCollection:
    """A collection as its tenant's administrators know of it; `labels` are its own."""

    id: UUID
    parent_id: UUID | None
    name: str
    documents: int
    grants: int
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Somebody who may read a document, by these grants."""

    user: User
    level: int
    grant_ids: tuple[UUID, ...]

"""Values that the reports' repository returns."""

from dataclasses import dataclass
from uuid import UUID

from app.access.models import Label
from app.identity.models import User


@dataclass(frozen=True, slots=True)
class SeenCollection:
    """A collection with the number of its documents that a user may read, and the user's highest level."""

    id: UUID
    name: str
    level: int
    documents: int


@dataclass(frozen=True, slots=True)
class GovernedCollection:
    """A collection as administrators and auditors see it; `labels` are the labels on the collection itself."""

    id: UUID
    parent_id: UUID | None
    name: str
    documents: int
    grants: int
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """A reader of a document, with the grants that give access to it."""

    user: User
    level: int
    grant_ids: tuple[UUID, ...]

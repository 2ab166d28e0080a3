"""Tasks as a user may see them, and the filters of the queue."""

from dataclasses import dataclass
from uuid import UUID

from app.review.models import ReviewTask

CLAIM_SECONDS = 900
"""How long a claim lasts after the last decision, in seconds."""


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """Filters of the queue. All must hold; `mine` are tasks that the user has claimed, or that are assigned to the
    user.
    """

    state: str | None = None
    schema: str | None = None
    document_id: UUID | None = None
    collection_id: UUID | None = None
    issuer_id: UUID | None = None
    document_type: str | None = None
    assignee: UUID | None = None
    mine: bool = False
    unclaimed: bool = False
    min_priority: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with its document and schema. `is_claimed`: somebody works on it now."""

    row: ReviewTask
    document_title: str
    issuer: str | None
    document_type: str | None
    collection_id: UUID
    is_current: bool
    is_claimed: bool
    schema_key: str
    schema_title: str
    page_count: int | None

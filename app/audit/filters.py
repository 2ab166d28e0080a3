"""Filters of the audit log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EventFilters:
    """`since` is inclusive, `until` is exclusive; None means no filter."""

    action: str | None = None
    actor_id: UUID | None = None
    object_type: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

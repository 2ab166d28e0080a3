"""Response bodies of the audit endpoints."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.audit.repository import LinkedEvent


class AuditEventOut(BaseModel):
    """An audit event. `sequence` and `hash` belong to its link in the tenant's chain; `detail` contains ids, counts and
    codes.
    """

    sequence: int
    id: UUID
    at: datetime
    actor_id: UUID = Field(description="The user; all zeros for the tenant's own worker or an unknown caller.")
    key_id: UUID | None
    action: str
    object_type: str
    object_id: str
    request_id: str | None
    client: str | None = Field(description="The caller's address.")
    detail: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, item: LinkedEvent) -> "AuditEventOut":
        event = item.event
        return cls(
            sequence=item.link.sequence,
            id=event.id,
            at=event.at,
            actor_id=event.actor_id,
            key_id=event.key_id,
            action=event.action,
            object_type=event.object_type,
            object_id=event.object_id,
            request_id=event.request_id,
            client=event.client,
            detail=json.loads(event.detail),
            hash=item.link.hash.hex(),
        )

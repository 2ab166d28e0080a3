"""The change feed in responses."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from app.changes.models import Change
from app.changes.service import Feed

ChangeKind = Literal[
    "document.published",
    "document.issuer_edited",
    "document.deleted",
    "task.opened",
    "task.done",
    "field.proposed",
    "field.entered",
    "field.approved",
    "field.absent",
    "field.rejected",
    "field.unclear",
    "field.sent-back",
    "field.conflict",
]


class ChangeOut(BaseModel):
    """A change. `data` has ids, keys and codes, never words of a document. `object_id` is the ID of what changed: a
    field, a task or the document.
    """

    id: UUID
    kind: str
    document_id: UUID
    object_id: UUID
    at: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        return cls(
            id=change.event_id,
            kind=change.kind,
            document_id=change.document_id,
            object_id=change.object_id,
            at=change.at,
            data=change.payload,
        )


class ChangesOut(BaseModel):
    """A part of the feed. Send `cursor` as `after` to continue, also if `items` is empty. `has_more` states that
    further changes can be read now.
    """

    items: list[ChangeOut]
    cursor: str
    has_more: bool

    @classmethod
    def of(cls, feed: Feed) -> "ChangesOut":
        return cls(items=[ChangeOut.of(each) for each in feed.items], cursor=feed.cursor, has_more=feed.has_more)

"""Comments in requests and responses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.http.text import LINES_PATTERN, Lines
from app.review.comments.mentions import Mention
from app.review.models import FieldComment


class CommentIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"body": "See also page 12."}]})

    body: Annotated[Lines, Field(min_length=1, max_length=4_000, json_schema_extra={"pattern": LINES_PATTERN})]
    mentions: list[UUID] = Field([], max_length=20, description="Editors and approvers (`/v1/review/reviewers`).")


class CommentOut(BaseModel):
    """A comment. `sealed`: others see it only when two persons have read the field (policy blind)."""

    id: UUID
    field_id: UUID
    document_id: UUID
    body: str
    mentions: list[UUID]
    sealed: bool
    made_by: UUID
    made_at: datetime

    @classmethod
    def of(cls, row: FieldComment) -> "CommentOut":
        return cls(
            id=row.id,
            field_id=row.field_id,
            document_id=row.document_id,
            body=row.body,
            mentions=list(row.mentions),
            sealed=row.sealed,
            made_by=row.made_by,
            made_at=row.made_at,
        )


class MentionOut(CommentOut):
    """A comment that mentions the caller, with its field. `read_at` is null until the caller has opened it."""

    task_id: UUID
    key: str
    document_title: str
    read_at: datetime | None

    @classmethod
    def of_mention(cls, mention: Mention) -> "MentionOut":
        return cls(
            **CommentOut.of(mention.comment).model_dump(),
            task_id=mention.task_id,
            key=mention.key,
            document_title=mention.document_title,
            read_at=mention.read_at,
        )

"""Webhooks in requests and responses."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.changes.schemas import ChangeKind
from app.http.text import Line
from app.webhooks.models import Delivery, Webhook
from app.webhooks.service import MadeSecret
from app.webhooks.signing import message_id

_URL = "https://hooks.example.com/footnote"

Kinds = Annotated[list[ChangeKind], Field(max_length=20, description="Kinds of changes; empty for all.")]
Url = Annotated[Line, Field(description="An https URL at a public address.", examples=[_URL])]
Description = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewWebhookIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"url": _URL, "kinds": ["field.approved"]}]}
    )

    url: Url
    kinds: Kinds = Field(default_factory=list)
    description: Description = ""


class WebhookChangeIn(BaseModel):
    """What to change; fields that are left out stay. `active` starts a webhook that was paused or disabled."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "paused"}]})

    url: Url | None = None
    kinds: Kinds | None = None
    description: Description | None = None
    state: Literal["active", "paused"] | None = None


class RotationIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: float = Field(24, ge=0, le=24 * 7, description="How long messages also have the former signature.")


class ReplayIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2026-11-01T00:00:00Z", "only_failed": True}]}
    )

    since: AwareDatetime = Field(description="Deliveries that were queued at this moment or later.")
    only_failed: bool = Field(True, description="False also sends again what was sent.")


class WebhookOut(BaseModel):
    """`state`: `active`, `paused` by you, or `disabled` after five days of failures or the status 410.
    `failing_since`: no message was accepted since then.
    """

    id: UUID
    url: str
    description: str
    kinds: list[str]
    state: str
    failing_since: datetime | None
    former_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Webhook) -> "WebhookOut":
        return cls(
            id=row.id,
            url=row.url,
            description=row.description,
            kinds=row.kinds,
            state=row.state,
            failing_since=row.failing_since,
            former_secret_until=row.former_until,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class WebhooksOut(BaseModel):
    items: list[WebhookOut]


class MadeWebhookOut(WebhookOut):
    """A webhook with its secret, which is shown only now."""

    secret: str

    @classmethod
    def made(cls, made: MadeSecret) -> "MadeWebhookOut":
        return cls(**WebhookOut.of(made.webhook).model_dump(), secret=made.secret)


class DeliveryOut(BaseModel):
    """A message for a webhook. `message_id` is its header `webhook-id`. `state`: `waiting`, `sent`, `failed` after all
    attempts, or `withheld` because you could not read the document when it was due. `status` and `error` are those of
    the last attempt.
    """

    id: UUID
    message_id: str
    kind: str
    document_id: UUID | None
    state: str
    attempts: int
    due_at: datetime
    status: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Delivery) -> "DeliveryOut":
        return cls(
            id=row.id,
            message_id=message_id(row.id),
            kind=row.kind,
            document_id=row.document_id,
            state=row.state,
            attempts=row.attempts,
            due_at=row.due_at,
            status=row.status,
            error=row.error,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )


class ReplayedOut(BaseModel):
    replayed: int

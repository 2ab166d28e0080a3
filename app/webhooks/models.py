"""The database tables of webhooks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TransactionId


class Webhook(Base):
    """An address of a user that gets changes. `kinds` are the changes to send, or all if it is empty.

    (era, xid, change_id) is the position in the feed up to which deliveries were queued.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint("state IN ('active', 'paused', 'disabled')", name="state"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    url: Mapped[str]
    description: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_former: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default=text("'active'"))
    failing_since: Mapped[datetime | None]
    era: Mapped[int]
    xid: Mapped[int] = mapped_column(TransactionId)
    change_id: Mapped[int] = mapped_column(BigInteger)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    called_at: Mapped[datetime] = mapped_column(server_default=text("to_timestamp(0)"))
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Delivery(Base):
    """One event for one webhook. Its ID is the `webhook-id` of every attempt."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'withheld')", name="state"),
        ForeignKeyConstraint(["tenant_id", "webhook_id"], ["webhooks.tenant_id", "webhooks.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        Index("ix_webhook_deliveries_due", "webhook_id", "due_at", postgresql_where=text("state = 'waiting'")),
        Index(None, "webhook_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    webhook_id: Mapped[UUID]
    event_id: Mapped[UUID]
    document_id: Mapped[UUID | None]
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

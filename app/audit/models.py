"""The audit log's table: appended to in the transaction of what it tells, and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class AuditEvent(Base):
    """`action` is `feature.noun.past_verb`; `detail` holds ids, counts and codes, never a document's or a
    question's text.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "tenant_id", "id"), Index(None, "tenant_id", "object_type", "object_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    key_id: Mapped[UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    request_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]

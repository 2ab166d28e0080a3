"""The table of what the policy was at any time, written by triggers and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class PolicyState(Base):
    """A thing of the policy (`kind` is its table, `key` its key) as it was from `at` on; with `is_gone`, as it went."""

    __tablename__ = "policy_history"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "key", "id"),
        Index("ix_policy_history_position", "tenant_id", "id", postgresql_where=text("kind <> 'documents'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str]
    key: Mapped[str]
    state: Mapped[dict[str, Any]]
    is_gone: Mapped[bool]
    at: Mapped[datetime]

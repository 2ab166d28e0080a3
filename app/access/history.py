"""Tables of the policy's history and of cached access classes. Triggers append rows to the history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TransactionId


class PolicyState(Base):
    """The state of a policy row (table `kind`, primary key `key`) from time `at` on. `is_gone` is true if the row was
    deleted at that time.
    """

    __tablename__ = "policy_history"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "key", "id"),
        Index("ix_policy_history_position", "tenant_id", "id", postgresql_where=text("kind <> 'documents'")),
        Index("ix_policy_history_made_by", "tenant_id", "made_by", postgresql_where=text("kind <> 'documents'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str]
    key: Mapped[str]
    state: Mapped[dict[str, Any]]
    is_gone: Mapped[bool]
    at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))


class LearnedClasses(Base):
    """Cached access classes of a principal. An entry is stale if transaction `horizon` or a newer one changed the
    policy or the classes, if `valid_until` has passed, or if `cluster` is not the current PostgreSQL cluster. A crash
    may empty the table, because it is unlogged.
    """

    __tablename__ = "learned_classes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        {"prefixes": ["UNLOGGED"]},
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    cluster: Mapped[int] = mapped_column(BigInteger)
    horizon: Mapped[int] = mapped_column(TransactionId)
    valid_until: Mapped[datetime]
    lists: Mapped[str]

"""The table of sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class WebSession(Base):
    """A session, opened through a provider or with a key. Only a SHA-256 digest of the cookie's token is stored, and
    the API's database role can't select it.
    """

    __tablename__ = "web_sessions"
    __table_args__ = (
        CheckConstraint("num_nonnulls(provider_id, key_id) = 1", name="one_way_in"),
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "provider_id"),
        Index(None, "key_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    provider_id: Mapped[UUID | None]
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"))
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True, deferred=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

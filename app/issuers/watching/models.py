"""Database table of watched issuers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class IssuerWatch(Base):
    """A user watches an issuer. `issuer_id` is one of its records (`documents.issuer_id`): no name is stored, so that
    the row tells nothing when its user can no longer see the issuer. `seen_at` is the user's last visit.
    """

    __tablename__ = "issuer_watches"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer_id: Mapped[UUID] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]

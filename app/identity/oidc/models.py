"""Tables of sign-in by OpenID Connect: tenants' providers, and links from their subjects to users."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class IdentityProvider(Base):
    """A tenant's sign-in provider. The API accepts only tokens for `audience`; if it is None, the API accepts no tokens
    of the provider. The audience ends with the tenant's ID, so that no other tenant can claim it; only an operator can
    set another audience. Each pair of issuer and audience is unique across tenants, so that a token belongs to only one
    tenant.
    """

    __tablename__ = "identity_providers"
    __table_args__ = (
        CheckConstraint("link_by IN ('subject', 'verified-email')", name="link_by"),
        CheckConstraint("link_by <> 'verified-email' OR cardinality(email_domains) > 0", name="domains_named"),
        CheckConstraint("audience <> client_id", name="audience_of_no_client"),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "issuer", "client_id"),
        UniqueConstraint("issuer", "audience"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    audience: Mapped[str | None]
    email_domains: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    link_by: Mapped[str]
    enabled: Mapped[bool]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    updated_at: Mapped[datetime]


class UserIdentity(Base):
    """A one-to-one link from a provider's subject to a user. Sign-in uses the link, so that a person who gets a former
    user's e-mail address does not get that user's account.
    """

    __tablename__ = "user_identities"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "provider_id", "user_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    created_at: Mapped[datetime]

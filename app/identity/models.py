"""Tables of identity: tenants, their wrapped data keys, users, API keys and groups."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Tenant(Base):
    """An organisation. While workers are busy, a tenant of weight 3 gets three times the share of one of weight 1."""

    __tablename__ = "tenants"
    __table_args__ = (CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    weight: Mapped[int] = mapped_column(server_default="1")


class TenantKey(Base):
    """A tenant's data key, wrapped by the key-encryption key `kek_id`; its plaintext is never stored."""

    __tablename__ = "tenant_keys"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kek_id: Mapped[str]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


_NOT_DELETED = text("deleted_at IS NULL")


class User(Base):
    """A person, or (with `kind` "service") a program, which authenticates only with keys. A tenant's last administrator
    can't be removed.

    `user_name`, `external_id` and `profile` come from the person's identity provider, if any. `user_name` is the
    sign-in name if it differs from the address. `profile` stores the attributes `displayName`, `name` and `emails`
    (RFC 7643 §4.1), from which the columns `name` and `email` are derived.

    A user with `deleted_at` remains only for the audit log. The database updates `revision` and `updated_at`. It sets
    `entered_at` when the user gets the first key, link to a provider, or session.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'service')", name="kind"),
        CheckConstraint("roles <@ '{analyst,editor,approver,engineer,admin,auditor}'::text[]", name="roles"),
        UniqueConstraint("tenant_id", "id"),
        Index("uq_users_tenant_id_email", "tenant_id", "email", unique=True, postgresql_where=_NOT_DELETED),
        Index("uq_users_tenant_id_external_id", "tenant_id", "external_id", unique=True, postgresql_where=_NOT_DELETED),
        Index(
            "uq_users_tenant_id_user_name",
            "tenant_id",
            text("lower(user_name)"),
            unique=True,
            postgresql_where=_NOT_DELETED,
        ),
        Index("ix_users_tenant_id_login", "tenant_id", text("lower(COALESCE(user_name, email))")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    email: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    kind: Mapped[str] = mapped_column(server_default=text("'person'"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    external_id: Mapped[str | None]
    user_name: Mapped[str | None]
    profile: Mapped[dict[str, Any] | None]
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    entered_at: Mapped[datetime | None]


class ApiKey(Base):
    """A user's API key, which is found by its public `prefix`. Only a SHA-256 digest of the secret is stored, and the
    API's database role can't select it. `scopes` limit the key's permissions (None: all permissions of the user). The
    expiry of a key can only be moved to an earlier time.

    A rotated key has a successor. If a key was created with another key, `ends_by` is the expiry of that other key, and
    successors can't expire later.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "successor_id"], ["api_keys.tenant_id", "api_keys.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index(None, "tenant_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    ends_by: Mapped[datetime | None]
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    successor_id: Mapped[UUID | None]


class Group(Base):
    """A group, which contains users and other groups and can have grants. `external_id` is its ID at the identity
    provider, if any. The database updates `revision` and `updated_at`, also if the members change.
    """

    __tablename__ = "groups"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "external_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    created_at: Mapped[datetime]
    external_id: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class GroupMember(Base):
    __tablename__ = "group_members"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "group_id"], ["groups.tenant_id", "groups.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)


class GroupNesting(Base):
    """A group (`member_group_id`) that is a member of another group (`group_id`). Members of the first group are also
    members of the second. Cycles are rejected.
    """

    __tablename__ = "group_nestings"
    __table_args__ = (
        CheckConstraint("group_id <> member_group_id", name="not_itself"),
        ForeignKeyConstraint(["tenant_id", "group_id"], ["groups.tenant_id", "groups.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "member_group_id"], ["groups.tenant_id", "groups.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "member_group_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_group_id: Mapped[UUID] = mapped_column(primary_key=True)


class GroupClosure(Base):
    """One row for each pair of a group and a group that contains it, at any depth. A trigger maintains the table."""

    __tablename__ = "group_closure"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "group_id"], ["groups.tenant_id", "groups.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "member_group_id"], ["groups.tenant_id", "groups.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "group_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_group_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)

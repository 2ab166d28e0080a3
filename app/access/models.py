"""Tables of access: nested collections, grants that open them, and access classes, the answers to "who may read
this".
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Sequence,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base

ACCESS_CLASS_IDS = Sequence("access_class_ids", data_type=Integer, metadata=Base.metadata)


class Collection(Base):
    """A folder of documents. Grants on it hold for the collections inside it too.

    Names are unlike among those that one principal sees; the database does not enforce it over all, as a refusal
    would tell of a collection that the principal may not know of.
    """

    __tablename__ = "collections"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["collections.tenant_id", "collections.id"]),
        Index(None, "tenant_id", "name"),
        Index(None, "tenant_id", "parent_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None]
    access_class_id: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]


class AccessClass(Base):
    """Who may read a document: whoever is let into `collection_id`, and, with `document_id`, whoever was granted
    that document.
    """

    __tablename__ = "access_classes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "collection_id"], ["collections.tenant_id", "collections.id"], ondelete="CASCADE"
        ),
        Index(None, "tenant_id", "collection_id"),
        Index(None, "tenant_id", "document_id", unique=True, postgresql_where=text("document_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    collection_id: Mapped[UUID]
    document_id: Mapped[UUID | None]


class Grant(Base):
    """Opens a collection or one document to a user or a group. `level`: 1 viewer, 2 editor, 3 owner."""

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, group_id) = 1", name="one_subject"),
        CheckConstraint("num_nonnulls(collection_id, document_id) = 1", name="one_object"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "group_id"], ["groups.tenant_id", "groups.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["tenant_id", "collection_id"], ["collections.tenant_id", "collections.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "group_id"),
        Index(None, "tenant_id", "collection_id"),
        Index(None, "tenant_id", "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    collection_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None]
    level: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    expires_at: Mapped[datetime | None]

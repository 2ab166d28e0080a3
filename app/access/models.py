"""Tables of access: nested collections, grants that give access, labels that restrict it, and access classes, which
group documents with the same readers.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Sequence,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TransactionId

ACCESS_CLASS_IDS = Sequence("access_class_ids", data_type=Integer, metadata=Base.metadata)

_SUBJECT = "COALESCE(user_id, group_id)"


def _of_tenant(column: str, table: str, *, ends_with_it: bool = True) -> ForeignKeyConstraint:
    """Return a foreign key to a row of the same tenant. If `ends_with_it` is true, deleting the referenced row also
    deletes the referencing rows. Otherwise a referenced row can't be deleted.
    """
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE" if ends_with_it else None
    )


class Collection(Base):
    """A folder of documents. Grants on it also apply to the collections inside it.

    A new name is rejected if the principal can see a sibling with this name. The database has no constraint for unique
    names, because its error would reveal hidden collections.
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


class CollectionClosure(Base):
    """One row for each pair of a collection (`ancestor_id`) and a collection inside it, at any depth. Each collection
    also has a row with itself. A trigger maintains the table.
    """

    __tablename__ = "collection_closure"
    __table_args__ = (
        _of_tenant("ancestor_id", "collections"),
        _of_tenant("collection_id", "collections"),
        Index(None, "tenant_id", "collection_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ancestor_id: Mapped[UUID] = mapped_column(primary_key=True)
    collection_id: Mapped[UUID] = mapped_column(primary_key=True)


class AccessClass(Base):
    """A group of documents with the same readers. All documents of a class have the same collection, source, set of
    labels, and type that a person set (`said_type`). A document with its own grants or exclusions has its own class,
    with its ID in `document_id`. A collection also has a class for itself, without type, source, labels and document.
    """

    __tablename__ = "access_classes"
    __table_args__ = (
        _of_tenant("collection_id", "collections"),
        Index(None, "tenant_id", "document_id"),
        Index(None, "tenant_id", "id"),
        Index("ix_access_classes_made_by", "tenant_id", "made_by"),
        UniqueConstraint(
            "tenant_id",
            "collection_id",
            "said_type",
            "source",
            "label_ids",
            "document_id",
            name="uq_access_classes_kind",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    collection_id: Mapped[UUID]
    document_id: Mapped[UUID | None]
    source: Mapped[str | None]
    label_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    said_type: Mapped[str | None]
    made_by: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))


class Grant(Base):
    """Gives a user or a group access to a collection, a document or a pack's documents.

    `level` is 1 (viewer), 2 (editor) or 3 (owner); for a pack it is always 1.
    """

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, group_id) = 1", name="one_subject"),
        CheckConstraint("num_nonnulls(collection_id, document_id, pack_id) = 1", name="one_object"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("pack_id IS NULL OR level = 1", name="pack_level"),
        _of_tenant("user_id", "users"),
        _of_tenant("group_id", "groups"),
        _of_tenant("collection_id", "collections"),
        _of_tenant("document_id", "documents"),
        _of_tenant("pack_id", "entitlement_packs"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "group_id"),
        Index(None, "tenant_id", "document_id"),
        Index(
            "ix_grants_of_collections",
            "tenant_id",
            "collection_id",
            text("level DESC"),
            postgresql_include=["subject_id", "expires_at"],
            postgresql_where=text("collection_id IS NOT NULL"),
        ),
        Index("ix_grants_of_others", "tenant_id", "subject_id", postgresql_where=text("collection_id IS NULL")),
        Index("ix_grants_expiry", "tenant_id", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        Index(None, "tenant_id", "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    subject_id: Mapped[UUID] = mapped_column(Computed(_SUBJECT, persisted=True))
    collection_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None]
    pack_id: Mapped[UUID | None]
    level: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    expires_at: Mapped[datetime | None]


class Label(Base):
    """An information barrier, such as `mnpi:project-x`: only users with a clearance can read the labelled documents."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), UniqueConstraint("tenant_id", "name"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    revision: Mapped[int] = mapped_column(server_default=text("1"))


class Clearance(Base):
    """Exempts a user or a group's members from a label's restriction. It grants no access by itself."""

    __tablename__ = "clearances"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, group_id) = 1", name="one_subject"),
        _of_tenant("label_id", "labels"),
        _of_tenant("user_id", "users"),
        _of_tenant("group_id", "groups"),
        Index("ix_clearances_expiry", "tenant_id", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        Index(None, "tenant_id", "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    label_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    subject_id: Mapped[UUID] = mapped_column(Computed(_SUBJECT, persisted=True))
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]


class CollectionLabel(Base):
    """A label on a collection, which applies to all of its contents. A label in use can't be deleted."""

    __tablename__ = "collection_labels"
    __table_args__ = (_of_tenant("collection_id", "collections"), _of_tenant("label_id", "labels", ends_with_it=False))

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    collection_id: Mapped[UUID] = mapped_column(primary_key=True)
    label_id: Mapped[UUID] = mapped_column(primary_key=True)


class DocumentLabel(Base):
    """A label on one document."""

    __tablename__ = "document_labels"
    __table_args__ = (_of_tenant("document_id", "documents"), _of_tenant("label_id", "labels", ends_with_it=False))

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    label_id: Mapped[UUID] = mapped_column(primary_key=True)


class EntitlementPack(Base):
    """A selection of the tenant's documents by type and source; an empty list of types or sources matches all. Grants
    give users access to the selected documents.
    """

    __tablename__ = "entitlement_packs"
    __table_args__ = (
        CheckConstraint("cardinality(document_types) + cardinality(sources) > 0", name="names_something"),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    document_types: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    sources: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    revision: Mapped[int] = mapped_column(server_default=text("1"))


class Exclusion(Base):
    """Denies a user or a group access to one document, despite all grants. An excluded group can't be deleted."""

    __tablename__ = "exclusions"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, group_id) = 1", name="one_subject"),
        _of_tenant("document_id", "documents"),
        _of_tenant("user_id", "users"),
        _of_tenant("group_id", "groups", ends_with_it=False),
        Index("ix_exclusions_expiry", "tenant_id", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    subject_id: Mapped[UUID] = mapped_column(Computed(_SUBJECT, persisted=True))
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]

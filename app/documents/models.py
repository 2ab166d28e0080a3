"""Database tables of documents, their versions (one file each), and pages."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base

PASSWORD_PURPOSE = "documents.version.password"  # noqa: S105  a purpose's name, not a password
"""The purpose under which `app.storage.sealing` seals version passwords. The API seals them. Workers unseal them to
parse files, and the API unseals them to draw pages.
"""

PARTIES = "parties"
"""The entry of `Document.metadata_sources` whose `items` are the parties of an agreement or offering."""


class Document(Base):
    """A document. `content_sha256` is the hex digest of its newest version. Content is unique per access class only, so
    that a conflict never reveals a document that the user may not see.

    `current_version_id` is the searchable version, set at publish. `metadata_sources` has the source of each field
    (page, quote, confidence), or states that an editor set it. `said_type` is the document type if an editor set it. It
    exists because a type read from the file's text must not give users access through an entitlement pack. The database
    computes `said_type` and `access_class_id` (from collection, `said_type`, `source`, labels and the document's own
    grants), and ignores values written to them. `issuer_id` is the record of the issuer that the document names. The
    database computes it, too, from the issuer, `issuer_aliases` (`app.documents.issuer_rows`) and editors' splits.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "collection_id"], ["collections.tenant_id", "collections.id"]),
        Index(
            "uq_documents_content",
            "tenant_id",
            "access_class_id",
            "content_sha256",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_documents_published",
            "tenant_id",
            "id",
            postgresql_where=text("deleted_at IS NULL AND current_version_id IS NOT NULL"),
        ),
        Index(None, "tenant_id", "access_class_id"),
        Index(None, "tenant_id", "issuer_key"),
        Index(None, "tenant_id", "issuer_id"),
        Index(None, "tenant_id", "collection_id"),
        Index("ix_documents_title", "tenant_id", text('lower("left"(title, 200))'), "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    collection_id: Mapped[UUID]
    access_class_id: Mapped[int]
    content_sha256: Mapped[str]
    current_version_id: Mapped[UUID | None]
    title: Mapped[str]
    filename: Mapped[str]
    issuer: Mapped[str | None]
    issuer_key: Mapped[str | None]
    issuer_aliases: Mapped[dict[str, Any] | None]
    issuer_id: Mapped[UUID | None]
    document_type: Mapped[str | None]
    said_type: Mapped[str | None]
    source: Mapped[str | None]
    fiscal_year: Mapped[int | None]
    fiscal_period: Mapped[str | None]
    period_end: Mapped[date | None]
    filing_date: Mapped[date | None]
    currency: Mapped[str | None]
    scale: Mapped[str | None]
    metadata_sources: Mapped[dict[str, Any] | None]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


def policy_of(document: Document) -> dict[str, str | None]:
    """Return the fields that decide, together with grants and labels, who may see the document. The audit log records
    them.
    """
    return {
        "collection_id": str(document.collection_id),
        "said_type": document.said_type,
        "source": document.source,
    }


class DocumentVersion(Base):
    """One file of a document. `sealed_password` is an encrypted file's password, sealed with the tenant's data key.

    `table_count` and `fact_count` are None for versions that were published before tables and facts were stored.
    """

    __tablename__ = "document_versions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("document_id", "number"),
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        CheckConstraint("status IN ('processing', 'ready', 'failed')", name="status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    number: Mapped[int]
    status: Mapped[str]
    content_sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str | None]
    reader: Mapped[str | None]
    page_count: Mapped[int | None]
    table_count: Mapped[int | None]
    fact_count: Mapped[int | None]
    warnings: Mapped[dict[str, Any] | None]
    sealed_password: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    published_at: Mapped[datetime | None]


class Page(Base):
    """A page of a version: its text in reading order, its words with boxes, its footnote marks and its deleted text
    (`app.documents.content.parsed_codec` encodes them; `marks` and `deleted` are None if the page has none).
    """

    __tablename__ = "pages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            ondelete="CASCADE",
        ),
    )

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    width: Mapped[float]
    height: Mapped[float]
    text: Mapped[str]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    marks: Mapped[bytes | None] = mapped_column(LargeBinary)
    deleted: Mapped[bytes | None] = mapped_column(LargeBinary)

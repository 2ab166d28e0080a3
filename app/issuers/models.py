"""Database tables of issuers: their names by document, and editors' changes. Triggers write the names."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class IssuerNameRow(Base):
    """A name or identifier that a document gives its issuer, or that an editor gave (migrations/sql/0014_issuers.sql).

    `access_class_id` is the document's: who may see the document may see the name. `page`, `char_start` and `char_end`
    are the place in the document's current version, or None.
    """

    __tablename__ = "issuer_names"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "form"),
        Index(None, "tenant_id", "issuer_id"),
        Index("ix_issuer_names_tenant_id_link", "tenant_id", "link", postgresql_where=text("link IS NOT NULL")),
    )

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    issuer_id: Mapped[UUID]
    role: Mapped[str]
    kind: Mapped[str]
    form: Mapped[str]
    text: Mapped[str]
    link: Mapped[str | None]
    page: Mapped[int | None]
    char_start: Mapped[int | None]
    char_end: Mapped[int | None]
    confidence: Mapped[float]
    made_at: Mapped[datetime | None]


class IssuerEditRow(Base):
    """What an editor's change does to one document: `merge`, `split` or `rename`.

    `leads`: a merger keeps this document's issuer, or a split leaves this document's printed name to the others.
    """

    __tablename__ = "issuer_edits"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        CheckConstraint("kind IN ('merge', 'split', 'rename')", name="kind"),
        Index(None, "tenant_id", "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    kind: Mapped[str]
    token: Mapped[UUID]
    name: Mapped[str | None]
    form: Mapped[str | None]
    leads: Mapped[bool] = mapped_column(server_default=text("false"))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]

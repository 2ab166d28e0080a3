"""Tables of retrieval: chunks, their term weights and embeddings, the embedding spaces, and document frequencies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC, SPARSEVEC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base

TERM_SPACE = 1_000_000


class EmbeddingSpace(Base):
    """A model's space: vectors of two spaces are never compared. `status`: building, active or retired."""

    __tablename__ = "embedding_spaces"
    __table_args__ = (
        UniqueConstraint("model", "dimensions", "version"),
        CheckConstraint("status IN ('building', 'active', 'retired')", name="status"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    model: Mapped[str]
    dimensions: Mapped[int]
    version: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]


class Chunk(Base):
    """A passage of one page: `text` is the page's text from `char_start` to `char_end`."""

    __tablename__ = "chunks"
    __table_args__ = (
        UniqueConstraint("version_id", "ordinal"),
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            ondelete="CASCADE",
        ),
        Index(None, "document_id"),
        Index(None, "access_class_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    document_id: Mapped[UUID]
    version_id: Mapped[UUID]
    ordinal: Mapped[int]
    kind: Mapped[str]
    page_number: Mapped[int]
    char_start: Mapped[int]
    char_end: Mapped[int]
    heading: Mapped[str]
    table_header: Mapped[str]
    text: Mapped[str]
    section_path: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    token_count: Mapped[int]


class ChunkTerms(Base):
    """A chunk's BM25 term weights, without the IDF, which goes into the question's vector."""

    __tablename__ = "chunk_terms"
    __table_args__ = (Index(None, "document_id"), Index(None, "access_class_id"))

    chunk_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    document_id: Mapped[UUID]
    terms: Mapped[Any] = mapped_column(SPARSEVEC(TERM_SPACE))


class ChunkEmbedding(Base):
    """A chunk's vector in one space. Each space has its own partial HNSW index (`app.retrieval.spaces`)."""

    __tablename__ = "chunk_embeddings"
    __table_args__ = (Index(None, "document_id"), Index(None, "access_class_id"))

    chunk_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("embedding_spaces.id"), primary_key=True)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    document_id: Mapped[UUID]
    embedding: Mapped[Any] = mapped_column(HALFVEC())


class TermStatistic(Base):
    """In how many of a tenant's chunks a term occurs (term 0: how many chunks there are)."""

    __tablename__ = "term_statistics"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chunk_count: Mapped[int] = mapped_column(BigInteger)

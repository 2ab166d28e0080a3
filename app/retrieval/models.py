"""Database tables of the search index: documents, chunks, embeddings, signatures, term postings, embedding spaces."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class EmbeddingSpace(Base):
    """The vector space of an embedding model. Vectors of different spaces are never compared."""

    __tablename__ = "embedding_spaces"
    __table_args__ = (
        UniqueConstraint("model", "dimensions", "version"),
        CheckConstraint("status IN ('building', 'active', 'retired')", name="status"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=False), primary_key=True)
    model: Mapped[str]
    dimensions: Mapped[int]
    version: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]


class IndexedDocument(Base):
    """A searchable document, indexed in one version with `chunk_count` chunks. All other index rows refer to it.

    The sum of `chunk_count` over the visible rows decides the plan of a search. `layout` has the page of each chunk
    (`app.retrieval.index.postings.LAYOUT`).
    """

    __tablename__ = "indexed_documents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            ondelete="CASCADE",
        ),
        Index(None, "tenant_id", "access_class_id"),
        Index(None, "version_id"),
    )

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    version_id: Mapped[UUID]
    chunk_count: Mapped[int]
    layout: Mapped[bytes] = mapped_column(LargeBinary)


class Chunk(Base):
    """A passage of one page: `text` is the page's text from `char_start` to `char_end`."""

    __tablename__ = "chunks"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("indexed_documents.document_id", ondelete="CASCADE"))
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


class ChunkEmbedding(Base):
    """A chunk's vector in one space. The vectors of a large tenant have their own HNSW index
    (`app.retrieval.index.graphs`).
    """

    __tablename__ = "chunk_embeddings"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("indexed_documents.document_id", ondelete="CASCADE"), primary_key=True
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("embedding_spaces.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    embedding: Mapped[Any] = mapped_column(HALFVEC())


class ChunkSignatures(Base):
    """The signatures of a document's chunks in one space, in the order of the chunks
    (`app.retrieval.index.signatures`).

    They have no access class: a principal who may see the document may read them.
    """

    __tablename__ = "chunk_signatures"
    __table_args__ = (Index(None, "space_id", "tenant_id", "document_id"),)

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("indexed_documents.document_id", ondelete="CASCADE"), primary_key=True
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("embedding_spaces.id"), primary_key=True)
    tenant_id: Mapped[UUID]
    signatures: Mapped[bytes] = mapped_column(LargeBinary)


class TermPosting(Base):
    """A term's postings in one document: (ordinal, BM25 weight) for each of the `chunk_count` chunks that contain it.

    `app.retrieval.index.postings` defines the encoding. Each document has its own rows, so that document frequencies
    count only documents that the principal may see.
    """

    __tablename__ = "term_postings"
    __table_args__ = (
        # Term frequencies are read with an index-only scan.
        Index(
            "ix_term_postings_term",
            "tenant_id",
            "term_id",
            postgresql_include=["document_id", "access_class_id", "chunk_count"],
        ),
    )

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("indexed_documents.document_id", ondelete="CASCADE"), primary_key=True
    )
    term_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    access_class_id: Mapped[int]
    chunk_count: Mapped[int]
    postings: Mapped[bytes] = mapped_column(LargeBinary)


class Reembedding(Base):
    """A tenant whose documents are embedded again (`app.retrieval.index.reembedding`), and the lease of the worker that
    does so. `error_code` is that of the last task, if it failed.
    """

    __tablename__ = "reembeddings"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    called_at: Mapped[datetime]
    token: Mapped[UUID | None]
    lease_expires_at: Mapped[datetime | None]
    last_document: Mapped[UUID | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None]


class ReembeddedPage(Base):
    """New vectors of consecutive chunks of a document. No search reads them before those of all chunks are there."""

    __tablename__ = "reembedded_pages"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("indexed_documents.document_id", ondelete="CASCADE"), primary_key=True
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("embedding_spaces.id"), primary_key=True)
    first_ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    input_digest: Mapped[str]
    embeddings: Mapped[Any] = mapped_column(ARRAY(HALFVEC()))

"""Chunks with their vectors, questions with their answers.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "embedding_spaces",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('building', 'active', 'retired')", name=op.f("ck_embedding_spaces_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embedding_spaces")),
        sa.UniqueConstraint(
            "model", "dimensions", "version", name=op.f("uq_embedding_spaces_model_dimensions_version")
        ),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("understanding", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_questions_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_questions_tenant_id_id")),
    )
    op.create_index(
        op.f("ix_questions_tenant_id_user_id_id"), "questions", ["tenant_id", "user_id", "id"], unique=False
    )
    op.create_table(
        "answers",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("degraded", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("prompt_hash", sa.Text(), nullable=True),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('answered', 'not-found')", name=op.f("ck_answers_outcome")),
        sa.CheckConstraint("writer IN ('model', 'extractive')", name=op.f("ck_answers_writer")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "question_id"],
            ["questions.tenant_id", "questions.id"],
            name=op.f("fk_answers_tenant_id_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_answers")),
        sa.UniqueConstraint("tenant_id", "question_id", name=op.f("uq_answers_tenant_id_question_id")),
    )
    op.create_table(
        "claims",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("dropped_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "question_id"],
            ["answers.tenant_id", "answers.question_id"],
            name=op.f("fk_claims_tenant_id_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "ordinal", name=op.f("pk_claims")),
    )
    op.create_table(
        "indexed_documents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("access_class_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_count", sa.Integer(), nullable=False),
        sa.Column("layout", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            name=op.f("fk_indexed_documents_tenant_id_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_indexed_documents")),
    )
    op.create_index(
        op.f("ix_indexed_documents_tenant_id_access_class_id"),
        "indexed_documents",
        ["tenant_id", "access_class_id"],
        unique=False,
    )
    op.create_index(op.f("ix_indexed_documents_version_id"), "indexed_documents", ["version_id"], unique=False)
    op.create_table(
        "chunks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("access_class_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=False),
        sa.Column("char_end", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("table_header", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("section_path", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("token_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["indexed_documents.document_id"],
            name=op.f("fk_chunks_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunks")),
        sa.UniqueConstraint("document_id", "ordinal", name=op.f("uq_chunks_document_id_ordinal")),
    )
    op.create_table(
        "citations",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("claim_ordinal", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=False),
        sa.Column("char_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id", "claim_ordinal"],
            ["claims.question_id", "claims.ordinal"],
            name=op.f("fk_citations_question_id_claim_ordinal"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["documents.tenant_id", "documents.id"],
            name=op.f("fk_citations_tenant_id_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "claim_ordinal", "ordinal", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_tenant_id_document_id"), "citations", ["tenant_id", "document_id"], unique=False)
    op.create_table(
        "chunk_embeddings",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("access_class_id", sa.Integer(), nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["indexed_documents.document_id"],
            name=op.f("fk_chunk_embeddings_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["embedding_spaces.id"], name=op.f("fk_chunk_embeddings_space_id")),
        sa.PrimaryKeyConstraint("document_id", "space_id", "ordinal", name=op.f("pk_chunk_embeddings")),
    )
    op.create_index(op.f("ix_chunk_embeddings_access_class_id"), "chunk_embeddings", ["access_class_id"], unique=False)
    op.create_table(
        "term_postings",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("access_class_id", sa.Integer(), nullable=False),
        sa.Column("chunk_count", sa.Integer(), nullable=False),
        sa.Column("postings", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["indexed_documents.document_id"],
            name=op.f("fk_term_postings_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "term_id", name=op.f("pk_term_postings")),
    )
    op.create_index(
        "ix_term_postings_term",
        "term_postings",
        ["tenant_id", "term_id"],
        unique=False,
        postgresql_include=["document_id", "access_class_id", "chunk_count"],
    )
    _open_built_in_space()


def _open_built_in_space() -> None:
    """The space of the built-in embeddings; others are made by `app.retrieval.spaces`, in the same way."""
    op.execute(
        "INSERT INTO embedding_spaces (model, dimensions, version, status, created_at) "
        "VALUES ('wordllama-l2-supercat', 256, '461d9f720e79', 'active', now())"
    )
    op.execute(
        "CREATE INDEX hnsw_chunk_embeddings_space_1 ON chunk_embeddings "
        "USING hnsw ((embedding::halfvec(256)) halfvec_ip_ops) WITH (m = 12, ef_construction = 40) WHERE space_id = 1"
    )


def downgrade() -> None:
    op.drop_table("term_postings")
    op.drop_table("chunk_embeddings")
    op.drop_table("citations")
    op.drop_table("chunks")
    op.drop_table("indexed_documents")
    op.drop_table("claims")
    op.drop_table("answers")
    op.drop_table("questions")
    op.drop_table("embedding_spaces")

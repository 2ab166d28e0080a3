"""Database tables of answers: questions, answers, claims and citations."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Question(Base):
    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), Index(None, "tenant_id", "user_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[UUID]
    text: Mapped[str]
    filters: Mapped[dict[str, Any]]
    understanding: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]


class QuestionNotes(Base):
    """How a question was understood, and sentences about its answer: what may be of any document in `drafted_from`.
    `Question.understanding` has only what is of no document.
    """

    __tablename__ = "question_notes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "question_id"], ["questions.tenant_id", "questions.id"], ondelete="CASCADE"),
    )

    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    notes: Mapped[dict[str, Any]]


class Answer(Base):
    """An answer. `grid` is a comparison (`app.answers.claims.Grid`). `degraded` is the reason code if the model's draft
    was not used.

    `drafted_from` has the ids of all documents that the writer received, even if the answer does not cite them.
    """

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "question_id"),
        ForeignKeyConstraint(["tenant_id", "question_id"], ["questions.tenant_id", "questions.id"], ondelete="CASCADE"),
        CheckConstraint("outcome IN ('answered', 'not-found')", name="outcome"),
        CheckConstraint("writer IN ('model', 'extractive')", name="writer"),
    )

    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    outcome: Mapped[str]
    writer: Mapped[str]
    degraded: Mapped[str | None]
    model: Mapped[str | None]
    prompt_hash: Mapped[str | None]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 6))
    duration_ms: Mapped[int]
    answered_at: Mapped[datetime]
    grid: Mapped[dict[str, Any] | None]
    drafted_from: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))


class Claim(Base):
    """A drafted sentence. `dropped_reason` is null if the claim is shown. `issuer` and `period` are its subject."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("part IN ('answer', 'support', 'related')", name="part"),
        ForeignKeyConstraint(
            ["tenant_id", "question_id"], ["answers.tenant_id", "answers.question_id"], ondelete="CASCADE"
        ),
    )

    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    text: Mapped[str]
    dropped_reason: Mapped[str | None]
    part: Mapped[str] = mapped_column(server_default="answer")
    issuer: Mapped[str | None]
    period: Mapped[str | None]


class Citation(Base):
    """A claim's evidence: `quote` is the page's text from `char_start` to `char_end`."""

    __tablename__ = "citations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["question_id", "claim_ordinal"], ["claims.question_id", "claims.ordinal"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "document_id"),
    )

    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_ordinal: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    version_id: Mapped[UUID]
    page_number: Mapped[int]
    char_start: Mapped[int]
    char_end: Mapped[int]
    quote: Mapped[str]

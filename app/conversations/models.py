"""Database tables of conversations: conversations, their turns, how each turn was understood, and feedback."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Conversation(Base):
    """A user's conversation. `scope` has the filters that its next turn starts with."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), Index(None, "tenant_id", "user_id", "changed_at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[UUID]
    title: Mapped[str]
    scope: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Turn(Base):
    """What a user wrote, and the scope that applied. `question_id` is null if the user was asked what is meant."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        Index(None, "conversation_id", "id"),
        Index(None, "question_id"),
        ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "question_id"], ["questions.tenant_id", "questions.id"], ondelete="CASCADE"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    question_id: Mapped[UUID | None]
    words: Mapped[str]
    scope: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]


class TurnReading(Base):
    """How a turn was understood. Some of its words may be learnt from the documents in `learnt_from`: its user can read
    it only while these can be read, too.

    `question` is the complete question; null if the turn was unclear. `reading` has its parts and notes, or the
    sentence that asks what is meant.
    """

    __tablename__ = "turn_readings"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "turn_id"], ["turns.tenant_id", "turns.id"], ondelete="CASCADE"),
    )

    turn_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    question: Mapped[str | None]
    reading: Mapped[dict[str, Any]]
    learnt_from: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))


class Feedback(Base):
    """What a user says about an answer. The newest row of a question counts.

    The answer and the feedback may have words of the documents in `sources`: users and engineers can read the feedback
    only if they may read all of these.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("verdict IN ('right', 'wrong', 'not-useful')", name="verdict"),
        ForeignKeyConstraint(["tenant_id", "question_id"], ["questions.tenant_id", "questions.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "id"),
        Index(None, "question_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    question_id: Mapped[UUID]
    user_id: Mapped[UUID]
    question: Mapped[str]
    verdict: Mapped[str]
    comment: Mapped[str]
    right_answer: Mapped[str]
    pages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sources: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    given_at: Mapped[datetime]

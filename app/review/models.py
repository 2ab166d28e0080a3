"""Database tables of the editors' desk. `migrations/sql/0022_review.sql` says what the columns have.

The database applies each revision to its field and task, and rejects one that lets a value stand without the second
person that its policy requires (`migrations/sql/0022_review_rules.sql`).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TSTZMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


def _of_tenant(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE")


class SchemaRow(Base):
    """A schema of a tenant. `version` is its newest one."""

    __tablename__ = "schemas"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("origin IN ('shipped', 'tenant')", name="origin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    key: Mapped[str]
    title: Mapped[str]
    origin: Mapped[str]
    document_types: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    version: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class SchemaVersion(Base):
    """One version of a schema. `definition` is what `app.review.schemas.definition` parses."""

    __tablename__ = "schema_versions"
    __table_args__ = (_of_tenant("schema_id", "schemas"),)

    schema_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]


class ReviewTask(Base):
    """The fields of a schema in one version of a document: the unit of the queue."""

    __tablename__ = "review_tasks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("version_id", "schema_id"),
        CheckConstraint("state IN ('queued', 'reading', 'open', 'done', 'failed', 'superseded')", name="state"),
        _of_tenant("document_id", "documents"),
        _of_tenant("version_id", "document_versions"),
        _of_tenant("schema_id", "schemas"),
        Index(
            "ix_review_tasks_queue",
            "tenant_id",
            text("priority DESC"),
            "id",
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_review_tasks_unread", "available_at", postgresql_where=text("state IN ('queued', 'reading')")),
        Index(None, "document_id"),
        Index(None, "tenant_id", "schema_id"),
        Index(
            "ix_review_tasks_assigned",
            "tenant_id",
            "assignee",
            text("priority DESC"),
            "id",
            postgresql_where=text("assignee IS NOT NULL"),
        ),
        Index("ix_review_tasks_stale", "called_at", postgresql_where=text("stale_since IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    version_id: Mapped[UUID]
    schema_id: Mapped[UUID]
    schema_version: Mapped[int]
    state: Mapped[str]
    priority: Mapped[float] = mapped_column(server_default=text("0"))
    fields_total: Mapped[int] = mapped_column(server_default=text("0"))
    fields_open: Mapped[int] = mapped_column(server_default=text("0"))
    assignee: Mapped[UUID | None]
    claimed_by: Mapped[UUID | None]
    claim_token: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    claim_until: Mapped[datetime | None]
    read_token: Mapped[UUID | None]
    read_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    available_at: Mapped[datetime]
    called_at: Mapped[datetime]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    stale_since: Mapped[datetime | None]


class ProposalRow(Base):
    """What the machine read. `data` is what `app.review.proposals` encodes."""

    __tablename__ = "proposals"
    __table_args__ = (_of_tenant("version_id", "document_versions"),)

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]
    confidence: Mapped[float]
    created_at: Mapped[datetime]


class FieldRow(Base):
    """One field of a task: where its newest revision left it."""

    __tablename__ = "fields"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("task_id", "key"),
        CheckConstraint(
            "status IN ('proposed', 'entered', 'approved', 'absent', 'rejected', 'unclear', 'sent-back', 'conflict')",
            name="status",
        ),
        CheckConstraint("policy IN ('one', 'sample', 'two', 'blind')", name="policy"),
        CheckConstraint("sampled IN ('due', 'passed', 'failed')", name="sampled"),
        _of_tenant("task_id", "review_tasks"),
        Index(None, "document_id"),
        Index("ix_fields_due", "tenant_id", "task_id", postgresql_where=text("sampled = 'due'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    task_id: Mapped[UUID]
    key: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    importance: Mapped[int]
    policy: Mapped[str]
    digest: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'proposed'"))
    round: Mapped[int] = mapped_column(server_default=text("1"))
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    at: Mapped[int | None]
    in_force: Mapped[int | None]
    confidence: Mapped[float]
    failed_checks: Mapped[int]
    risk: Mapped[float]
    differs: Mapped[bool] = mapped_column(server_default=text("false"))
    sampled: Mapped[str | None]
    author: Mapped[UUID | None]
    removed_at: Mapped[datetime | None]
    was_away: Mapped[Sequence[Range[datetime]]] = mapped_column(TSTZMULTIRANGE, server_default=text("'{}'"))
    changed_at: Mapped[datetime]


class FieldRevision(Base):
    """One decision about a field. Rows are only inserted; the database sets `number`, `made_at`, `before` and
    `in_force`, and what an undo restores.
    """

    __tablename__ = "field_revisions"
    __table_args__ = (
        CheckConstraint(
            "action IN ('propose', 'approve', 'correct', 'reject', 'absent', 'unclear', 'send-back', 'undo', 'agree', "
            "'differ')",
            name="action",
        ),
        CheckConstraint("answer IN ('found', 'absent', 'rejected', 'unclear')", name="answer"),
        CheckConstraint("value IS NULL OR answer IS NOT NULL", name="value"),
        _of_tenant("field_id", "fields"),
        Index(None, "task_id"),
        Index(None, "tenant_id", "made_by", "made_at"),
        Index(None, "bulk_id", postgresql_where=text("bulk_id IS NOT NULL")),
        Index("ix_field_revisions_sealed", "field_id", "made_by", "round", postgresql_where=text("sealed")),
    )

    field_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    task_id: Mapped[UUID]
    action: Mapped[str]
    status: Mapped[str]
    answer: Mapped[str | None]
    value: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    note: Mapped[str] = mapped_column(server_default=text("''"))
    policy: Mapped[str]
    round: Mapped[int]
    sealed: Mapped[bool] = mapped_column(server_default=text("false"))
    author: Mapped[UUID | None]
    released_by: Mapped[UUID | None]
    sampled: Mapped[str | None]
    before: Mapped[int | None]
    in_force: Mapped[int | None]
    bulk_id: Mapped[UUID | None]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class FieldComment(Base):
    """A comment on a field, with the users whom it mentions."""

    __tablename__ = "field_comments"
    __table_args__ = (_of_tenant("field_id", "fields"), Index(None, "field_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    field_id: Mapped[UUID]
    round: Mapped[int]
    sealed: Mapped[bool] = mapped_column(server_default=text("false"))
    body: Mapped[str]
    mentions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class LessonWithdrawal(Base):
    """A decision that teaches the reader nothing any more (`app.review.learnt`)."""

    __tablename__ = "lesson_withdrawals"
    __table_args__ = (_of_tenant("field_id", "fields"),)

    field_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class LessonDue(Base):
    """An issuer and an access class whose lessons have changed; the relay has their open tasks read again."""

    __tablename__ = "lessons_due"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    issuer_id: Mapped[UUID]
    access_class_id: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class MentionRead(Base):
    """That a user has read a comment that mentions the user."""

    __tablename__ = "mention_reads"
    __table_args__ = (
        ForeignKeyConstraint(["comment_id"], ["field_comments.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    read_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class SchemaReading(Base):
    """A schema by which published documents are read. The relay makes their tasks, and deletes the row."""

    __tablename__ = "schema_readings"
    __table_args__ = (_of_tenant("schema_id", "schemas"),)

    schema_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    after_id: Mapped[UUID] = mapped_column(server_default=text("'00000000-0000-0000-0000-000000000000'"))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ReviewView(Base):
    """Saved filters of the queue."""

    __tablename__ = "review_views"
    __table_args__ = (Index(None, "tenant_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[UUID]
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    shared: Mapped[bool]
    revision: Mapped[int]
    changed_at: Mapped[datetime]


class ReviewPolicy(Base):
    """A rule of who must agree on values, beside those of the schemas."""

    __tablename__ = "review_policies"
    __table_args__ = (
        CheckConstraint("policy IN ('one', 'sample', 'two', 'blind')", name="policy"),
        CheckConstraint("sample_rate BETWEEN 0 AND 1", name="sample_rate"),
        _of_tenant("schema_id", "schemas"),
        Index(None, "tenant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    schema_id: Mapped[UUID | None]
    field_key: Mapped[str | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    unit: Mapped[str | None]
    confidence: Mapped[float | None]
    policy: Mapped[str]
    sample_rate: Mapped[float | None]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]

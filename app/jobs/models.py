"""Tables of ingestion: runs, their stages with leases, the stages' outputs by key, and the outbox of messages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Run(Base):
    """One ingestion of one version. It ends as `ready`, or as `failed` with a stable code and a message."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("status IN ('queued', 'running', 'ready', 'failed')", name="status"),
        CheckConstraint("priority BETWEEN 0 AND 2", name="priority"),
        Index(None, "tenant_id", "document_id"),
        Index(None, "tenant_id", "version_id"),
        Index(
            "ix_runs_unfinished",
            "tenant_id",
            "status",
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        Index("ix_runs_failed", "tenant_id", "id", postgresql_where=text("status = 'failed'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    version_id: Mapped[UUID]
    status: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    stage: Mapped[str]
    pages_total: Mapped[int | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    trace_context: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Stage(Base):
    """One step of a run. Only the worker with the newest `lease_token` (a fencing token) may finish it.

    A stage is `waiting` until the previous one is done; a `pending` stage may be claimed from `available_at` on.
    `attempt` counts claims; `ended` counts the attempts whose end was recorded. The worker of each other attempt died.
    Of the ended attempts, `outages` counts those that failed because another service was down, and `crashes` those in
    which the stage's own process died while its worker survived. If the stage is still pending or leased at `wake_at`,
    no worker has claimed it or its lease has expired. The sweeper then sends the stage's message again; `wakes` counts
    these messages. `priority` is the run's, from 0 (served first) to 2.
    """

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("run_id", "name"),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"], ondelete="CASCADE"),
        CheckConstraint("status IN ('waiting', 'pending', 'leased', 'done', 'failed')", name="status"),
        CheckConstraint("priority BETWEEN 0 AND 2", name="priority"),
        Index("ix_stages_open", "wake_at", postgresql_where=text("status IN ('pending', 'leased')")),
        Index(
            "ix_stages_pending",
            "queue",
            "tenant_id",
            "priority",
            "available_at",
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_stages_leased", "queue", "tenant_id", postgresql_where=text("status = 'leased'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    run_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    queue: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    status: Mapped[str]
    attempt: Mapped[int]
    outages: Mapped[int]
    ended: Mapped[int] = mapped_column(server_default="0")
    crashes: Mapped[int] = mapped_column(server_default="0")
    wakes: Mapped[int]
    lease_token: Mapped[int] = mapped_column(BigInteger)
    lease_owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    available_at: Mapped[datetime]
    wake_at: Mapped[datetime]
    output_key: Mapped[str | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class StageTurn(Base):
    """When a tenant last got a turn in a queue, and how many turns it had. `choose_stage` reads and writes this."""

    __tablename__ = "stage_turns"

    queue: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    turns: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime]


class StageOutput(Base):
    """Maps a key to the digest of the blob with a stage's output. The key is a digest of (input digest, stage, code
    version, parameters).
    """

    __tablename__ = "stage_outputs"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str]
    blob_digest: Mapped[str]
    created_at: Mapped[datetime]


class OutboxMessage(Base):
    """A message to send. The transaction that creates the work writes it, and the relay deletes it after sending."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "available_at", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]


class Heartbeat(Base):
    """The last sign of life of a part of a process. Only database functions read and write it (0004_heartbeats.sql)."""

    __tablename__ = "heartbeats"

    part: Mapped[str] = mapped_column(primary_key=True)
    instance: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    trouble: Mapped[str | None]

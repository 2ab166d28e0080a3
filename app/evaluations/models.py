"""Tables of published runs and their cases. Fields that no query filters by are stored as JSON, in the order in which
they were sent.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class EvalRun(Base):
    """A run without its cases. The publisher chose its id. A published run never changes."""

    __tablename__ = "eval_runs"
    __table_args__ = (Index(None, "tenant_id", "started_at", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    suite: Mapped[str]
    started_at: Mapped[datetime]
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_sha256: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID]


class EvalCase(Base):
    """One case of a run; `ordinal` counts from 0 in the run's order. Its trace quotes documents.

    If the run has no times, `seconds` is None and `times` is empty.
    """

    __tablename__ = "eval_cases"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "case_id"),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["eval_runs.tenant_id", "eval_runs.id"], ondelete="CASCADE"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[str]
    kind: Mapped[str]
    score: Mapped[float | None] = mapped_column(Double)
    reason: Mapped[str]
    measures: Mapped[dict[str, Any]] = mapped_column(JSON)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    trace: Mapped[dict[str, Any]] = mapped_column(JSON)
    tokens_in: Mapped[int] = mapped_column(BigInteger)
    tokens_out: Mapped[int] = mapped_column(BigInteger)
    cost_usd: Mapped[Decimal] = mapped_column(Numeric)
    seconds: Mapped[float | None] = mapped_column(Double)
    times: Mapped[dict[str, Any]] = mapped_column(JSON)

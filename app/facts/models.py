"""Database table of facts."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class FactRow(Base):
    """The facts of one line of a statement or table: the figures of all its columns (`app.facts.codec`).

    `number` is the number of the line's first fact; facts count from 1 in their version. `path` has the line's labels,
    one per line of text, outermost first. `first_end` and `last_end` are the earliest and latest end of the figures'
    periods. `statuses` is None if all figures are proposed.
    """

    __tablename__ = "facts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            ondelete="CASCADE",
        ),
        Index("ix_facts_item", "version_id", "item", postgresql_where=text("item IS NOT NULL")),
    )

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    first_end: Mapped[date]
    last_end: Mapped[date]
    statement: Mapped[str]
    item: Mapped[str | None]
    concept: Mapped[str | None]
    path: Mapped[str]
    statuses: Mapped[bytes | None] = mapped_column(LargeBinary)
    data: Mapped[bytes] = mapped_column(LargeBinary)

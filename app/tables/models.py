"""Database table of the tables of documents."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class TableRow(Base):
    """A table of a version. `data` has its cells (`app.tables.codec`), the other columns what a list of tables shows.

    `pages` are the numbers of the pages that the table is on, ascending.
    """

    __tablename__ = "tables"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["document_versions.tenant_id", "document_versions.id"],
            ondelete="CASCADE",
        ),
    )

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    pages: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    title: Mapped[str | None]
    units_line: Mapped[str | None]
    rows: Mapped[int]
    columns: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)

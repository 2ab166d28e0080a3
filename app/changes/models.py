"""The database table of the change feed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, ForeignKeyConstraint, Identity, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TransactionId


class Change(Base):
    """What happened to an object of a document. The database writes the rows
    (migrations/sql/0022_review_rules.sql, 0025_feed.sql, 0029_deletions.sql).

    `xid` is the transaction: a reader who is shown only rows of transactions below the oldest running one
    (`pg_snapshot_xmin`), in the order of (era, xid, id), misses none. `era` counts the database clusters, each of which
    numbers its transactions anew. `kind` is `object.past_verb`; `payload` has ids, keys and codes, never content.
    `readers`, of a deletion only, are the persons who could read the document when it was deleted.
    """

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"], ondelete="CASCADE"),
        Index(None, "tenant_id", "era", "xid", "id"),
        Index("ix_changes_deleted", "document_id", postgresql_where=text("kind = 'document.deleted'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    era: Mapped[int] = mapped_column(server_default=FetchedValue())
    xid: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))
    event_id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    kind: Mapped[str]
    document_id: Mapped[UUID]
    object_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    readers: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()), deferred=True)


class ChangeEra(Base):
    """A database cluster in which changes were written."""

    __tablename__ = "change_eras"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cluster: Mapped[int] = mapped_column(BigInteger, unique=True)

"""Tables of the audit log. Events, links and checkpoints are append-only. An event is inserted in the transaction of
the change that it describes. At commit the database links the event's hash into a chain. Checkpoints are signed links
of the chain.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class AuditEvent(Base):
    """`action` is `feature.noun.past_verb`; `detail` contains ids, counts and codes, never text of documents or
    questions. `at` is the time of the database's clock; `client` is the caller's address.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "object_type", "object_id"),
        Index(None, "tenant_id", "actor_id"),
        Index(None, "tenant_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    actor_id: Mapped[UUID]
    key_id: Mapped[UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    request_id: Mapped[str | None]
    client: Mapped[str | None]
    detail: Mapped[dict[str, Any]]


class AuditHead(Base):
    """The row that a commit locks while it links its events, so that a tenant's chain never forks."""

    __tablename__ = "audit_heads"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)


class AuditLink(Base):
    """One link of a tenant's chain; `sequence` counts from 1 without gaps. `app.audit.chain.hashing` defines the
    hashes.
    """

    __tablename__ = "audit_chain"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    event_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class WaitingEvent(Base):
    """An event of a REPEATABLE READ transaction. The transaction may not see the chain's newest link, so the event is
    linked later by another transaction.
    """

    __tablename__ = "audit_waiting"
    __table_args__ = (Index(None, "tenant_id", "position"),)

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    event_hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpoint(Base):
    """The signed hash of a link (`app.audit.chain.checkpoints`). The signature also protects all earlier links."""

    __tablename__ = "audit_checkpoints"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime]
    key_id: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)

"""Signing how far a tenant's audit chain has come, in the database and in a copy outside it."""

from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.audit.checkpoints import Checkpoint, CheckpointCopies, CheckpointKey
from app.audit.models import AuditCheckpoint
from app.core.clock import Clock
from app.db.session import Database, system_principal
from app.observability.logging import get_logger


class CheckpointSigner:
    """Signs one tenant's chain. Any number may run at once, and each may be ended at any moment."""

    def __init__(self, *, database: Database, key: CheckpointKey, copies: CheckpointCopies, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._copies = copies
        self._clock = clock

    def sign(self, tenant_id: UUID) -> Checkpoint | None:
        """The newest checkpoint, made anew when the chain has grown; None while the chain is empty.

        Raises UnavailableError when the database or the storage is down.
        """
        principal = system_principal(tenant_id)
        with self._database.transaction(principal) as session:
            session.execute(text("SELECT link_waiting_events()"))
        with self._database.transaction(principal) as session:
            newest = self._ensure(session, tenant_id)
        if newest is not None:
            # After the commit: a copy of what is not in the database would look like a checkpoint that was removed.
            self._copies.keep(newest)
        return newest

    def _ensure(self, session: Session, tenant_id: UUID) -> Checkpoint | None:
        tail = session.execute(text("SELECT sequence, hash FROM last_audit_link()")).one_or_none()
        if tail is None:
            return None
        known = session.scalars(select(AuditCheckpoint).where(AuditCheckpoint.sequence == tail.sequence)).one_or_none()
        if known is not None:
            return Checkpoint(
                known.tenant_id, known.sequence, known.hash, known.signed_at, known.key_id, known.signature
            )
        made = self._key.sign(
            tenant_id=tenant_id, sequence=tail.sequence, link_hash=bytes(tail.hash), signed_at=self._clock.now()
        )
        session.execute(
            insert(AuditCheckpoint).values(
                tenant_id=made.tenant_id,
                sequence=made.sequence,
                hash=made.hash,
                signed_at=made.signed_at,
                key_id=made.key_id,
                signature=made.signature,
            )
        )
        get_logger(__name__).info("audit.checkpoint.signed", tenant_id=tenant_id, sequence=made.sequence)
        return made

"""Signs the newest link of a tenant's audit chain.

A copy of the checkpoint is stored outside the database before the checkpoint is stored in the database.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audit.chain.checkpoints import Checkpoint, CheckpointCopies, CheckpointKey
from app.audit.chain.linking import link_batch
from app.audit.errors import ChainNotAsSignedError
from app.audit.models import AuditCheckpoint
from app.core.clock import Clock
from app.core.principal import Principal
from app.db.session import Database, system_principal
from app.observability.logging import get_logger

_LINKING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _End:
    """The last link of a chain, and its checkpoint if the database contains one."""

    sequence: int
    hash: bytes
    signed: Checkpoint | None

    def check(self, checkpoint: Checkpoint) -> None:
        """Check that the checkpoint was signed for this link's hash. Raises ChainNotAsSignedError."""
        if checkpoint.hash != self.hash:
            raise ChainNotAsSignedError


class CheckpointSigner:
    """Signs one tenant's chain. Any number of signers may run at once, and each may be killed at any moment.

    A checkpoint is stored in the database only after its copy is stored. If a signer is killed before it has stored the
    copy, the database has no checkpoint either, so the chain is still listed as waiting to be signed.
    """

    def __init__(self, *, database: Database, key: CheckpointKey, copies: CheckpointCopies, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._copies = copies
        self._clock = clock

    def sign(self, tenant_id: UUID) -> Checkpoint | None:
        """Return the newest checkpoint; None while the chain is empty. If the chain has grown, sign a new checkpoint.

        Raises UnavailableError when the database or the storage is down, ChainNotAsSignedError when the chain differs
        from the copy of its last checkpoint, and CheckpointFormatError when that copy is not a valid checkpoint.
        """
        principal = system_principal(tenant_id)
        # Link waiting events first, so that the checkpoint covers them too. If a long transaction blocks linking, sign
        # the existing links.
        link_batch(self._database, principal, seconds=_LINKING_SECONDS)
        with self._database.transaction(principal) as session:
            last_signed = session.scalar(select(func.max(AuditCheckpoint.sequence))) or 0
        # Read the copies before the chain. In the opposite order, another signer could store a copy for a link that is
        # newer than the chain that was read.
        kept = self._copies.find_newest(tenant_id, since=last_signed)
        with self._database.transaction(principal) as session:
            if kept is not None:
                _check_link(session, kept)
            end = _find_end(session)
        if end is None:
            return None
        newest = self._keep(tenant_id, end, kept)
        self._store(principal, newest, kept)
        return newest

    def _keep(self, tenant_id: UUID, end: _End, kept: Checkpoint | None) -> Checkpoint:
        if end.signed is not None:
            end.check(end.signed)
        if kept is not None and kept.sequence == end.sequence:
            return kept
        made = end.signed or self._key.sign(
            tenant_id=tenant_id, sequence=end.sequence, link_hash=end.hash, signed_at=self._clock.now()
        )
        there = self._copies.keep(made)  # returns another signer's copy if that signer was faster
        end.check(there)
        return there

    def _store(self, principal: Principal, newest: Checkpoint, kept: Checkpoint | None) -> None:
        with self._database.transaction(principal) as session:
            if kept is not None and kept.key_id == self._key.id and kept.is_signed_by(self._key.public):
                # The signer that made this copy may have been killed before it stored the checkpoint.
                _ensure(session, kept)
            if _ensure(session, newest):
                get_logger(__name__).info(
                    "audit.checkpoint.signed", tenant_id=newest.tenant_id, sequence=newest.sequence
                )


def _find_end(session: Session) -> _End | None:
    tail = session.execute(text("SELECT sequence, hash FROM last_audit_link()")).one_or_none()
    if tail is None:
        return None
    known = session.scalars(select(AuditCheckpoint).where(AuditCheckpoint.sequence == tail.sequence)).one_or_none()
    return _End(tail.sequence, bytes(tail.hash), None if known is None else _read(known))


def _read(row: AuditCheckpoint) -> Checkpoint:
    return Checkpoint(row.tenant_id, row.sequence, row.hash, row.signed_at, row.key_id, row.signature)


def _check_link(session: Session, kept: Checkpoint) -> None:
    """Check that the chain has the checkpoint's link with the signed hash. Raises ChainNotAsSignedError."""
    found = session.scalar(text("SELECT audit_link_hash(:sequence)"), {"sequence": kept.sequence})
    if found is None or bytes(found) != kept.hash:
        raise ChainNotAsSignedError


def _ensure(session: Session, checkpoint: Checkpoint) -> bool:
    """Store the checkpoint unless the link has one; return whether it was stored.

    `footnote audit verify` compares the stored checkpoints with their copies.
    """
    made = session.execute(
        insert(AuditCheckpoint)
        .values(
            tenant_id=checkpoint.tenant_id,
            sequence=checkpoint.sequence,
            hash=checkpoint.hash,
            signed_at=checkpoint.signed_at,
            key_id=checkpoint.key_id,
            signature=checkpoint.signature,
        )
        .on_conflict_do_nothing()
        .returning(AuditCheckpoint.sequence)
    )
    return made.one_or_none() is not None

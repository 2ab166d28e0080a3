"""Advisory locks in PostgreSQL, one per blob. They prevent removal of a blob while a transaction adds a reference.

A writer locks the blob, checks that the blob still exists, then writes the row that refers to it. The task that
removes unreferenced blobs takes the same lock, then looks for such rows. Therefore either the writer finds that the
blob no longer exists, or the task finds the row.

A backup forbids all removals with one more lock, until it has copied the blobs.
"""

from uuid import UUID

from sqlalchemy import Function, and_, func, select
from sqlalchemy.orm import Session

REMOVALS = "footnote blob removals"
"""The name of a lock that each removal takes in shared mode, and each backup in exclusive mode."""


def hold_blob(session: Session, tenant_id: UUID, digest: str) -> None:
    """Prevent removal of a blob until the transaction ends. Wait for a removal in progress."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_number(tenant_id, digest))))


def claim_blob(session: Session, tenant_id: UUID, digest: str) -> bool:
    """Lock a blob for removal. Return False if another transaction has locked it, or during a backup."""
    allowed = func.pg_try_advisory_xact_lock_shared(func.hashtextextended(REMOVALS, 0))
    return bool(session.scalar(select(and_(allowed, func.pg_try_advisory_xact_lock(_number(tenant_id, digest))))))


def _number(tenant_id: UUID, digest: str) -> Function[int]:
    # Two blobs may have the same lock number. A removal of one blob then excludes a writer of the other: the writer
    # waits, or the removal is skipped until a later run. Neither is an error.
    return func.hashtextextended(f"blob {tenant_id}/{digest}", 0)

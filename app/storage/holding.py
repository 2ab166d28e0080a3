"""Advisory locks in PostgreSQL, one per blob, so that no blob is removed while a writer is about to refer to it.

A writer locks the blob, checks that the blob still exists, then writes the row that refers to it. The task that
removes unreferenced blobs takes the same lock, then looks for rows. So either the writer finds the blob removed, or
the task finds the row.
"""

from uuid import UUID

from sqlalchemy import Function, func, select
from sqlalchemy.orm import Session


def hold_blob(session: Session, tenant_id: UUID, digest: str) -> None:
    """Prevent removal of a blob until the transaction ends; waits for a removal in progress."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_number(tenant_id, digest))))


def claim_blob(session: Session, tenant_id: UUID, digest: str) -> bool:
    """Return whether the transaction may remove a blob; False while another transaction has locked it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_number(tenant_id, digest)))))


def _number(tenant_id: UUID, digest: str) -> Function[int]:
    # Two blobs with the same lock number only wait for each other; the result stays correct.
    return func.hashtextextended(f"blob {tenant_id}/{digest}", 0)

"""Who may remove a blob while somebody else is about to refer to it: a lock in PostgreSQL for each blob.

Whoever writes the row that refers to a blob holds it first, and then looks whether it is (still) there; whoever removes
blobs without a row claims each first, and then looks for its rows. So one of the two sees what the other did.
"""

from uuid import UUID

from sqlalchemy import Function, func, select
from sqlalchemy.orm import Session


def hold_blob(session: Session, tenant_id: UUID, digest: str) -> None:
    """Keep a blob from being removed until the transaction ends; waits for a removal that is under way."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_number(tenant_id, digest))))


def claim_blob(session: Session, tenant_id: UUID, digest: str) -> bool:
    """Whether the transaction may remove a blob: False while somebody holds it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_number(tenant_id, digest)))))


def _number(tenant_id: UUID, digest: str) -> Function[int]:
    # Two blobs of one number wait for each other at times, and nothing worse.
    return func.hashtextextended(f"blob {tenant_id}/{digest}", 0)

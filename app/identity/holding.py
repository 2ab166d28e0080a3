"""Keep the key of a request valid until its rows are stored."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.principal import Principal
from app.identity.errors import KeyExpiredError, KeyRevokedError
from app.identity.models import ApiKey


def hold_key(session: Session, principal: Principal, now: datetime) -> None:
    """Lock the principal's key, if the request has one, so that its revocation waits until the transaction ends.

    Call this first in a transaction that stores the data of a long request. A user who was disabled is rejected by
    row-level security instead. Raises KeyRevokedError, KeyExpiredError.
    """
    if principal.key_id is None:
        return
    query = select(ApiKey.revoked_at, ApiKey.expires_at).where(ApiKey.id == principal.key_id)
    found = session.execute(query.with_for_update(read=True)).one_or_none()
    if found is None or found.revoked_at is not None:
        raise KeyRevokedError
    if found.expires_at is not None and found.expires_at <= now:
        raise KeyExpiredError

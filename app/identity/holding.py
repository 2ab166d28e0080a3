"""Keep the key of a request valid until its rows are stored."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.principal import Principal
from app.db.keyed import run_keyed
from app.identity.errors import KeyExpiredError, KeyRevokedError

_HOLD = "SELECT revoked_at, expires_at FROM api_keys WHERE id = %(key)s FOR SHARE"


def hold_key(session: Session, principal: Principal, now: datetime) -> None:
    """Lock the principal's key, if the request has one, so that its revocation waits until the transaction ends.

    Call this first in a transaction that stores the data of a long request. A user who was disabled is rejected by
    row-level security instead. Raises KeyRevokedError, KeyExpiredError.
    """
    if principal.key_id is None:
        return
    found = run_keyed(session, _HOLD, {"key": principal.key_id})
    if not found:
        raise KeyRevokedError
    ((revoked_at, expires_at),) = found
    if revoked_at is not None:
        raise KeyRevokedError
    if expires_at is not None and expires_at <= now:
        raise KeyExpiredError

"""The signed context that names the tenant and user of a transaction.

The database accepts a context only with a valid HMAC-SHA-256 (RFC 2104). This module computes the HMAC with a secret
that no SQL statement can read, so an injected SQL statement cannot impersonate another tenant.

For each login role, the database stores the inner and outer HMAC pad of the key. The SQL function `ensure_context_key`
stores them in the role's first transaction; the SQL function `enter` verifies the context of each transaction.
"""

import hashlib
import hmac
import time

from sqlalchemy import LargeBinary, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import UnavailableError
from app.core.principal import Permission, Principal
from app.db.base import Base
from app.db.keyed import run_keyed

_BLOCK = 64  # SHA-256's block size in bytes
_ENTER = "SELECT enter(%(tenant_id)s, %(user_id)s, %(issued)s, %(restriction)s, %(code)s)"
_SEND_KEY = text("SELECT ensure_context_key(:inner, :outer)")


class ContextRefusedError(UnavailableError):
    code = "database-context-refused"
    ends_by_itself = False
    title = (
        "The database rejected this process's signature. After changing the password of its database role, run "
        "`footnote database forget-contexts`. If the clocks differ by more than five minutes, synchronise them."
    )


class ContextKey(Base):
    """The key that verifies the contexts of a login role. The role '' has the database's own key, which is secret."""

    __tablename__ = "context_keys"

    role: Mapped[str] = mapped_column(Text, primary_key=True)
    inner_pad: Mapped[bytes] = mapped_column(LargeBinary)
    outer_pad: Mapped[bytes] = mapped_column(LargeBinary)


class ContextSigner:
    """Signs contexts with a key derived from `secret`. Without a secret, `enter` raises ContextRefusedError."""

    def __init__(self, *, secret: str) -> None:
        self._key = hashlib.sha256(b"footnote database context" + secret.encode()).digest() if secret else None

    def enter(self, session: Session, principal: Principal) -> bool:
        """Assign the transaction to the principal; return False if the role must first call `send_key`.

        Raises ContextRefusedError.
        """
        key = self._known_key()
        issued = int(time.time())
        tenant_id, user_id, restriction = principal.tenant_id, principal.user_id, _restriction_of(principal)
        message = f"{tenant_id}|{user_id}|{issued}|{restriction}"
        code = hmac.new(key, message.encode(), hashlib.sha256).hexdigest()
        context = {
            "tenant_id": tenant_id,
            "user_id": user_id,
            "issued": issued,
            "restriction": restriction,
            "code": code,
        }
        ((result,),) = run_keyed(session, _ENTER, context)
        if result not in ("entered", "key-missing"):
            raise ContextRefusedError
        return bool(result == "entered")

    def send_key(self, session: Session) -> None:
        """Store the role's key in the database, once. Raises ContextRefusedError if it has a different key."""
        if not session.scalar(_SEND_KEY, self.pads()):
            raise ContextRefusedError

    def pads(self) -> dict[str, bytes]:
        """Return the inner and outer pad of the key. The database verifies signatures with them."""
        padded = self._known_key().ljust(_BLOCK, b"\0")
        return {"inner": bytes(byte ^ 0x36 for byte in padded), "outer": bytes(byte ^ 0x5C for byte in padded)}

    def _known_key(self) -> bytes:
        if self._key is None:
            raise ContextRefusedError("The database URL has no password: set FOOTNOTE_DATABASE__CONTEXT_SECRET.")
        return self._key


def _restriction_of(principal: Principal) -> str:
    """Return 'narrowed' if the key's scopes exclude managing access, otherwise ''. The database enforces this."""
    is_narrowed = principal.scopes is not None and Permission.ACCESS_MANAGE not in principal.scopes
    return "narrowed" if is_narrowed else ""

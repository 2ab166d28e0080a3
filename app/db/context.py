"""Telling the database whom a transaction is for, so that nobody else can.

A statement that slips into a session of the api role may not say "I am another tenant": the database takes a context
only with its HMAC-SHA-256 (RFC 2104), made here with a secret that no statement can read. The database keeps the two
key pads of each login role, left at the role's first transaction (migration 0010, `ensure_context_key`; 0018, `enter`).
"""

import hashlib
import hmac
import time

from sqlalchemy import LargeBinary, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import UnavailableError
from app.core.principal import Permission, Principal
from app.db.base import Base

_BLOCK = 64  # bytes, of SHA-256
_ENTER = text("SELECT enter(:tenant_id, :user_id, :issued, :restriction, :code)")
_LEAVE_KEY = text("SELECT ensure_context_key(:inner, :outer)")


class ContextRefusedError(UnavailableError):
    code = "database-context-refused"
    title = (
        "The database does not know this process's signature: after a change of its role's password an operator runs "
        "`footnote database forget-contexts`, and clocks may differ by five minutes at most."
    )


class ContextKey(Base):
    """What a login role's contexts are checked with; the row of role '' is the database's own and read by none."""

    __tablename__ = "context_keys"

    role: Mapped[str] = mapped_column(Text, primary_key=True)
    inner_pad: Mapped[bytes] = mapped_column(LargeBinary)
    outer_pad: Mapped[bytes] = mapped_column(LargeBinary)


class ContextSigner:
    """Signs contexts with a key derived from `secret`, which must not be empty once a context is entered."""

    def __init__(self, *, secret: str) -> None:
        self._key = hashlib.sha256(b"footnote database context" + secret.encode()).digest() if secret else None

    def enter(self, session: Session, principal: Principal) -> bool:
        """Make the transaction the principal's; False where the database has no key of this role yet (`leave_key`).

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
        said = session.scalar(_ENTER, context)
        if said not in ("entered", "key-missing"):
            raise ContextRefusedError
        return bool(said == "entered")

    def leave_key(self, session: Session) -> None:
        """Leave the role's key with the database, once. Raises ContextRefusedError where it has another."""
        if not session.scalar(_LEAVE_KEY, self.pads()):
            raise ContextRefusedError

    def pads(self) -> dict[str, bytes]:
        """The key's inner and outer pad, which the database checks signatures with."""
        padded = self._known_key().ljust(_BLOCK, b"\0")
        return {"inner": bytes(byte ^ 0x36 for byte in padded), "outer": bytes(byte ^ 0x5C for byte in padded)}

    def _known_key(self) -> bytes:
        if self._key is None:
            raise ContextRefusedError("The database URL has no password: set FOOTNOTE_DATABASE__CONTEXT_SECRET.")
        return self._key


def _restriction_of(principal: Principal) -> str:
    """What the database must not let the key do though its user may: 'narrowed' keys manage no access."""
    is_narrowed = principal.scopes is not None and Permission.ACCESS_MANAGE not in principal.scopes
    return "narrowed" if is_narrowed else ""

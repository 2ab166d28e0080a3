"""API keys: `fn_<prefix>_<secret>`. The prefix finds the key and may be shown; the secret is 256 bits from the system.

A secret with that much entropy needs no slow hash: only its SHA-256 is kept, and compared in the database. The fixed
`fn_` lets scanners find leaked keys; `KEY_PATTERN` is the regular expression for them.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.identity.errors import KeyMalformedError
from app.identity.models import ApiKey

KEY_PATTERN = "fn_[0-9a-f]{12}_[A-Za-z0-9_-]{43}"
_FORM = re.compile(r"fn_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


class KeyState(StrEnum):
    """Whether a key still holds: `ROTATED` ones hold on until the end of their overlap with the successor."""

    ACTIVE = "active"
    ROTATED = "rotated"
    EXPIRED = "expired"
    REVOKED = "revoked"


def state_of(key: ApiKey, now: datetime) -> KeyState:
    if key.revoked_at is not None:
        return KeyState.REVOKED
    if key.expires_at is not None and key.expires_at <= now:
        return KeyState.EXPIRED
    return KeyState.ACTIVE if key.successor_id is None else KeyState.ROTATED


@dataclass(frozen=True, slots=True)
class KeySecret:
    """A key in the clear, as it is shown once; kept out of `repr`."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"fn_{self.prefix}_{self.secret}"

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.secret.encode()).digest()


def new_key() -> KeySecret:
    return KeySecret(prefix=secrets.token_hex(6), secret=secrets.token_urlsafe(32))


def parse_key(text: str) -> KeySecret:
    """Raises KeyMalformedError for anything that `new_key` could not have made."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise KeyMalformedError
    return KeySecret(prefix=found[1], secret=found[2])

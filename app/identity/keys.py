"""API keys: `fn_<prefix>_<secret>`. Footnote finds a key by its public prefix. The secret has 256 random bits from the
operating system. A secret with so much entropy needs no slow hash: the database stores and compares only its SHA-256.

Because keys start with `fn_`, scanners can find leaked keys with the regular expression `KEY_PATTERN`.
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
    """The state of a key. A `ROTATED` key stays valid during its overlap with the successor."""

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
    """A key in plain text, which is shown once; `repr` omits the secret."""

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
    """Parse a key. Raises KeyMalformedError for text without the format of an API key."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise KeyMalformedError
    return KeySecret(prefix=found[1], secret=found[2])

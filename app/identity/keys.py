"""API keys: `fn_<prefix>_<secret>`. The prefix finds the key and may be shown; the secret is 256 bits from the system.

A secret with that much entropy needs no slow hash: only its SHA-256 is kept. The fixed `fn_` lets scanners find
leaked keys.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

from app.identity.errors import KeyMalformedError

_FORM = re.compile(r"fn_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


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

    def matches(self, digest: bytes) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.digest, digest)


def new_key() -> KeySecret:
    return KeySecret(prefix=secrets.token_hex(6), secret=secrets.token_urlsafe(32))


def parse_key(text: str) -> KeySecret:
    """Raises KeyMalformedError for anything that `new_key` could not have made."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise KeyMalformedError
    return KeySecret(prefix=found[1], secret=found[2])

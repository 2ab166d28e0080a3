"""The page's session: the key that was signed in with, sealed in a cookie.

Every request authenticates with that key again, so a revoked or expired key ends the session at once, and the server
keeps nothing. The cookie is Fernet (AES-128-CBC with HMAC-SHA-256, encrypt-then-MAC), HttpOnly and SameSite=Strict.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

COOKIE = "footnote_session"


class SessionCookies:
    """Seals and opens the cookie. `secret` is any string that all API processes share; `lifetime` is in seconds."""

    def __init__(self, *, secret: str, lifetime: int) -> None:
        digest = hashlib.sha256(b"footnote session cookie" + secret.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))
        self.lifetime = lifetime

    def seal(self, api_key: str) -> str:
        return self._fernet.encrypt(api_key.encode()).decode()

    def find_key(self, cookie: str) -> str | None:
        """The key inside, or None for a cookie that is not ours, was changed, or is too old."""
        try:
            return self._fernet.decrypt(cookie.encode(), ttl=self.lifetime).decode()
        except (InvalidToken, ValueError):
            return None

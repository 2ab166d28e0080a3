"""The web pages' cookies: for the session, for a sign-in attempt at an identity provider, and for the theme.

Scripts cannot read the cookies. Browsers send them to this host only; over https, the name prefix `__Host-`
enforces this (RFC 6265bis §4.1.3.2). The session cookie is never sent with requests from another site
(SameSite=Strict). The cookie of a sign-in attempt is SameSite=Lax, because the provider redirects the browser back to
us.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import Response

THEMES: Final = ("light", "dark")
_THEME_LIFETIME = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Cookies:
    """Reads and sets the cookies. `secure` is true if the pages are served over https."""

    secure: bool

    @property
    def session(self) -> str:
        return f"{self._prefix}footnote_session"

    @property
    def attempt(self) -> str:
        return f"{self._prefix}footnote_sign_in"

    @property
    def back(self) -> str:
        return f"{self._prefix}footnote_back"

    @property
    def theme(self) -> str:
        return f"{self._prefix}footnote_theme"

    @property
    def _prefix(self) -> str:
        return "__Host-" if self.secure else ""

    def find_session(self, request: Request) -> str | None:
        return request.cookies.get(self.session)

    def find_attempt(self, request: Request) -> str | None:
        return request.cookies.get(self.attempt)

    def set_session(self, response: Response, token: str, lifetime: timedelta) -> None:
        response.set_cookie(
            self.session,
            token,
            max_age=max(0, int(lifetime.total_seconds())),
            httponly=True,
            secure=self.secure,
            samesite="strict",
        )

    def set_attempt(self, response: Response, sealed: str, lifetime: timedelta) -> None:
        response.set_cookie(
            self.attempt,
            sealed,
            max_age=int(lifetime.total_seconds()),
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def find_theme(self, request: Request) -> str | None:
        """Return the theme that the user chose; None if the pages follow the browser's setting."""
        found = request.cookies.get(self.theme)
        return found if found in THEMES else None

    def set_theme(self, response: Response, theme: str) -> None:
        """Remember the theme. Any other than `THEMES` follows the browser's setting."""
        if theme not in THEMES:
            response.delete_cookie(self.theme, httponly=True, secure=self.secure, samesite="lax")
            return
        response.set_cookie(
            self.theme,
            theme,
            max_age=int(_THEME_LIFETIME.total_seconds()),
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def find_back(self, request: Request) -> str | None:
        """Return the address to return to after a sign-in at a provider."""
        found = request.cookies.get(self.back)
        return None if found is None else unquote(found)

    def set_back(self, response: Response, address: str, lifetime: timedelta) -> None:
        response.set_cookie(
            self.back,
            quote(address, safe="/"),
            max_age=int(lifetime.total_seconds()),
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def drop_back(self, response: Response) -> None:
        response.delete_cookie(self.back, httponly=True, secure=self.secure, samesite="lax")

    def drop_session(self, response: Response) -> None:
        response.delete_cookie(self.session, httponly=True, secure=self.secure, samesite="strict")

    def drop_attempt(self, response: Response) -> None:
        response.delete_cookie(self.attempt, httponly=True, secure=self.secure, samesite="lax")

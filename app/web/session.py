"""The page's cookies: the session, and a sign-in on its way to a provider and back.

Both are out of scripts' reach and for this host only; with https their names say so (`__Host-`, RFC 6265bis §4.1.3.2).
The session's is never sent with what another site began (SameSite=Strict); a provider sends the browser back from
elsewhere, so the attempt's is (SameSite=Lax).
"""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response


@dataclass(frozen=True, slots=True)
class Cookies:
    """`secure`: the page is reached over https."""

    secure: bool

    @property
    def session(self) -> str:
        return f"{self._prefix}footnote_session"

    @property
    def attempt(self) -> str:
        return f"{self._prefix}footnote_sign_in"

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

    def drop_session(self, response: Response) -> None:
        response.delete_cookie(self.session, httponly=True, secure=self.secure, samesite="strict")

    def drop_attempt(self, response: Response) -> None:
        response.delete_cookie(self.attempt, httponly=True, secure=self.secure, samesite="lax")

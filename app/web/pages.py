"""What all pages share: templates, headers, who is signed in, and how an error is shown."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from anyio import from_thread
from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from app.core.errors import FootnoteError, UnauthenticatedError
from app.core.principal import Principal
from app.evaluations.wording import figure, p_value, signed
from app.http.dependencies import Authenticator, count_refusal, count_request
from app.identity.sessions.service import form_token
from app.web.session import Cookies

FOLDER = Path(__file__).parent
ONE_LINE = 100


def content_policy(*, images: str = "'self'") -> str:
    """Allow our own files only: no inline script or style, no frame, no form to another site."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


# With "no-referrer" browsers would send "Origin: null" with our own forms (Fetch, "append a request Origin header").
_HEADERS = {"Content-Security-Policy": content_policy(), "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


class Pages:
    """Renders templates for whoever a session cookie stands for."""

    def __init__(self, *, cookies: Cookies) -> None:
        self._cookies = cookies
        self._templates = Jinja2Templates(directory=FOLDER / "templates")
        self._templates.env.filters |= {
            "figure": figure,
            "signed": signed,
            "p_value": p_value,
            "moment": moment,
            "as_json": _as_json,
        }

    def show(self, request: Request, template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
        """Forms of a page carry `form_token`, which is valid for this session only."""
        token = self._cookies.find_session(request)
        shown = {"form_token": "" if token is None else form_token(token), **values}
        return self._templates.TemplateResponse(request, template, shown, status_code=status, headers=_HEADERS)

    def show_problem(self, request: Request, error: FootnoteError) -> HTMLResponse:
        """The error's sentence, under its status."""
        return self.show(request, "problem.html", {"detail": error.detail}, status=error.status)

    def find_principal(self, request: Request) -> Principal | None:
        """Who is signed in; nobody when the session, or what it was opened with, no longer holds.

        Counts the request as the API's are counted. Raises RateLimitedError.
        """
        token = self._cookies.find_session(request)
        authenticator: Authenticator = request.app.state.authenticator
        try:
            principal = None if token is None else authenticator.authenticate_session(token)
        except UnauthenticatedError:
            from_thread.run(count_refusal, request)
            return None
        if principal is not None:
            from_thread.run(count_request, request, principal)
        return principal


def moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _as_json(value: object) -> str:
    """On one line where it is short."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=1)

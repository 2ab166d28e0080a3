"""What all pages share: templates, security headers, the signed-in user and the error page."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from anyio import from_thread
from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from app.core.errors import FootnoteError, NotFoundError, UnauthenticatedError
from app.core.principal import Permission, Principal
from app.evaluations.wording import difference_of, figure, figure_of, interval_of, p_value, signed
from app.http.dependencies import Authenticator, count_refusal, count_request
from app.http.errors import RouteNotFoundError
from app.identity.sessions.service import form_token
from app.web.addresses import address_of
from app.web.kept import Kept, read_kept
from app.web.navigation import list_links
from app.web.session import Cookies

FOLDER = Path(__file__).parent
ONE_LINE = 100


def content_policy(*, images: str = "'self'") -> str:
    """Return a content security policy that allows only our own files.

    It forbids inline scripts and styles, frames of other sites, and forms that send data to other sites.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
        "frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


# The policy is not "no-referrer", because browsers would then send "Origin: null" with our own forms (Fetch, "append a
# request Origin header").
_HEADERS = {"Content-Security-Policy": content_policy(), "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


class Pages:
    """Renders templates for the user whom the session cookie identifies."""

    def __init__(self, *, cookies: Cookies) -> None:
        self._cookies = cookies
        self._templates = Jinja2Templates(directory=FOLDER / "templates")
        self._templates.env.filters |= {
            "difference_of": difference_of,
            "figure": figure,
            "figure_of": figure_of,
            "interval_of": interval_of,
            "signed": signed,
            "p_value": p_value,
            "moment": _time,
            "day": _day,
            "as_json": _as_json,
            "from_json": json.loads,
        }

    def show(self, request: Request, template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
        """Render a template. Every template has:

        `form_token` for its forms, valid for this session only; `theme` ("light", "dark" or None); `here`, the page's
        own address; and, if `find_principal` found a user, `principal`, `may("documents:read")`, and `links`, the
        navigation.
        """
        token = self._cookies.find_session(request)
        principal: Principal | None = getattr(request.state, "principal", None)
        context: dict[str, object] = {
            "form_token": "" if token is None else form_token(token),
            "theme": self._cookies.find_theme(request),
            "here": address_of(request),
            "path": request.url.path,
            "principal": principal,
            "may": lambda permission: principal is not None and principal.may(Permission(permission)),
            "links": [] if principal is None else list_links(principal, request.url.path),
            **values,
        }
        return self._templates.TemplateResponse(request, template, context, status_code=status, headers=_HEADERS)

    def show_problem(self, request: Request, error: FootnoteError) -> HTMLResponse:
        """Render a page with the error's message and HTTP status.

        The form that was sent can be sent again, except to an object that is not there: the page for that repeats
        nothing of the request.
        """
        kept = None if error.status == NotFoundError.status else from_thread.run(read_kept, request)
        detail = "There is no page at this address." if isinstance(error, RouteNotFoundError) else error.detail
        shown = {"detail": detail, "errors": error.extra.get("errors"), "kept": kept, "here": "/"}
        response = self.show(request, "problem.html", shown, status=error.status)
        response.headers.update(error.headers)
        return response

    def show_ended_session(self, request: Request, error: FootnoteError) -> HTMLResponse:
        """Render the sign-in, which then leads back to this address, or offers the form that was sent."""
        kept = from_thread.run(read_kept, request)
        shown = {"problem": error.detail, "back": address_of(request), "kept": kept}
        return self.show(request, "sign_in.html", shown, status=error.status)

    def show_resume(
        self, request: Request, *, status: int = 200, kept: Kept | None = None, token: str | None = None
    ) -> HTMLResponse:
        """Render a page that sends a form again that belongs to an older session. `token` is a session just opened."""
        values: dict[str, object] = {"kept": kept or from_thread.run(read_kept, request), "here": "/"}
        if token is not None:
            values["form_token"] = form_token(token)
        return self.show(request, "resume.html", values, status=status)

    def find_principal(self, request: Request) -> Principal | None:
        """Return the signed-in user; None without a valid session.

        A session becomes invalid if the key or sign-in that opened it becomes invalid. The request counts towards the
        API's rate limits. Raises RateLimitedError.
        """
        token = self._cookies.find_session(request)
        authenticator: Authenticator = request.app.state.authenticator
        try:
            principal = None if token is None else authenticator.authenticate_session(token)
        except UnauthenticatedError:
            from_thread.run(count_refusal, request)
            return None
        if principal is not None:
            request.state.principal = principal
            from_thread.run(count_request, request, principal)
        return principal


def moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _time(value: datetime) -> Markup:
    """Format a time as an element that no line is broken in."""
    return Markup('<time datetime="{}">{}</time>').format(value.astimezone(UTC).isoformat(), moment(value))


def _day(value: date | None) -> Markup:
    """Format a day like `_time`; nothing if there is none."""
    return Markup("") if value is None else Markup("<time>{}</time>").format(value.isoformat())


def _as_json(value: object) -> str:
    """Format a value as JSON, on one line if it is short."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=1)

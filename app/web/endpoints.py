"""The page's addresses: `/` (sign in, or the desk), `/sign-in`, `/sign-out`, and the static files."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.routing import Mount

from app.access.service import AccessService
from app.core.errors import UnauthenticatedError
from app.core.pagination import MAX_LIMIT, PageRequest
from app.core.principal import Principal
from app.http.dependencies import SESSION_COOKIE, service
from app.http.errors import CrossSiteRequestError
from app.identity.service import IdentityService
from app.web.session import SessionCookies

_FOLDER = Path(__file__).parent
# Nothing but our own files: no inline script or style, no frame, no form to elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# With "no-referrer" browsers would send "Origin: null" with our own forms (Fetch, "append a request Origin header").
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}

Identity = Annotated[IdentityService, Depends(service(IdentityService))]
Access = Annotated[AccessService, Depends(service(AccessService))]


def web_router(cookies: SessionCookies, *, secure: bool) -> APIRouter:
    """The page. `secure`: the cookie travels over HTTPS only."""
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(directory=_FOLDER / "templates")

    def sign_in_page(request: Request, problem: str | None, status: int) -> HTMLResponse:
        return templates.TemplateResponse(
            request, "sign_in.html", {"problem": problem}, status_code=status, headers=_HEADERS
        )

    @router.get("/")
    def show_desk(request: Request, identity: Identity, access: Access) -> HTMLResponse:
        principal = _find_principal(request, cookies, identity)
        if principal is None:
            return sign_in_page(request, None, 200)
        collections = access.list_collections(principal, PageRequest(limit=MAX_LIMIT)).items
        return templates.TemplateResponse(
            request, "home.html", {"name": principal.name, "collections": collections}, headers=_HEADERS
        )

    @router.post("/sign-in")
    def sign_in(request: Request, key: Annotated[str, Form(max_length=200)], identity: Identity) -> Response:
        _check_same_site(request)
        try:
            identity.authenticate(key.strip())
        except UnauthenticatedError as error:
            return sign_in_page(request, error.detail, error.status)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            SESSION_COOKIE,
            cookies.seal(key.strip()),
            max_age=cookies.lifetime,
            httponly=True,
            secure=secure,
            samesite="strict",
        )
        return response

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        _check_same_site(request)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(SESSION_COOKIE, httponly=True, secure=secure, samesite="strict")
        return response

    router.routes.append(Mount("/static", StaticFiles(directory=_FOLDER / "static"), name="static"))
    return router


def _find_principal(request: Request, cookies: SessionCookies, identity: IdentityService) -> Principal | None:
    """Who is signed in; nobody when the cookie or its key no longer holds."""
    cookie = request.cookies.get(SESSION_COOKIE)
    key = None if cookie is None else cookies.find_key(cookie)
    if key is None:
        return None
    try:
        return identity.authenticate(key)
    except UnauthenticatedError:
        return None


def _check_same_site(request: Request) -> None:
    """Refuse a form that another site sent: browsers name the sending origin with each POST (Fetch, §3.2)."""
    origin = request.headers.get("Origin")
    try:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("Host")
    except ValueError:  # not even a URL
        ours = False
    if not ours:
        raise CrossSiteRequestError

"""The page's addresses: `/` (sign in, or the desk), `/sign-in`, `/sign-out`, `/evaluations…`, `/docs`, static files."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount

from app.access.service import AccessService
from app.core.errors import UnauthenticatedError
from app.core.pagination import MAX_LIMIT, PageRequest
from app.evaluations.service import EvaluationService
from app.http.dependencies import SESSION_COOKIE, service
from app.http.errors import CrossSiteRequestError
from app.identity.service import IdentityService
from app.web.evaluation_pages import evaluation_pages
from app.web.pages import FOLDER, Pages
from app.web.reference_pages import reference_pages
from app.web.session import SessionCookies

Identity = Annotated[IdentityService, Depends(service(IdentityService))]
Access = Annotated[AccessService, Depends(service(AccessService))]
Evaluations = Annotated[EvaluationService, Depends(service(EvaluationService))]


def web_router(cookies: SessionCookies, *, secure: bool) -> APIRouter:
    """The page. `secure`: the cookie travels over HTTPS only."""
    router = APIRouter(include_in_schema=False)
    pages = Pages(cookies=cookies)

    def sign_in_page(request: Request, problem: str | None, status: int) -> HTMLResponse:
        return pages.show(request, "sign_in.html", {"problem": problem}, status=status)

    @router.get("/")
    def show_desk(request: Request, identity: Identity, access: Access, evaluations: Evaluations) -> HTMLResponse:
        principal = pages.find_principal(request, identity)
        if principal is None:
            return sign_in_page(request, None, 200)
        collections = access.list_collections(principal, PageRequest(limit=MAX_LIMIT)).items
        values = {
            "name": principal.name,
            "collections": collections,
            "sees_evaluations": evaluations.may_see(principal),
        }
        return pages.show(request, "home.html", values)

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

    router.include_router(evaluation_pages(pages))
    router.include_router(reference_pages(pages))
    router.routes.append(Mount("/static", StaticFiles(directory=FOLDER / "static"), name="static"))
    return router


def _check_same_site(request: Request) -> None:
    """Refuse a form that another site sent: browsers name the sending origin with each POST (Fetch, §3.2)."""
    origin = request.headers.get("Origin")
    try:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("Host")
    except ValueError:  # not even a URL
        ours = False
    if not ours:
        raise CrossSiteRequestError

"""Pages to sign in, with an API key or through the tenant's identity provider, and to sign out.

A request cannot choose another site as the target of a redirect. The target is the provider's configured address, or a
page of ours: the one that asked for the sign-in.
"""

from typing import Annotated
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.core.errors import FootnoteError, NotFoundError, UnauthenticatedError, UnavailableError
from app.core.principal import Principal
from app.http.dependencies import count_sign_in, service
from app.http.errors import CrossSiteRequestError
from app.identity.oidc.sign_in import ATTEMPT_LIFETIME, AuthorizationResponse, SignInService
from app.identity.service import IdentityService
from app.identity.sessions.errors import SessionEndedError
from app.identity.sessions.service import OpenedSession, SessionService, is_form_token
from app.web.addresses import LONGEST, address_of, local_address
from app.web.kept import from_text
from app.web.pages import Pages
from app.web.session import Cookies

Identity = Annotated[IdentityService, Depends(service(IdentityService))]
Sessions = Annotated[SessionService, Depends(service(SessionService))]
SignIn = Annotated[SignInService, Depends(service(SignInService))]
Slug = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Back = Annotated[str, Query(max_length=LONGEST)]
_REFUSED = (UnauthenticatedError, NotFoundError, UnavailableError)


def sign_in_pages(pages: Pages, cookies: Cookies) -> APIRouter:
    """Return the routes of sign-in and sign-out."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_provider_pages(pages, cookies))

    @router.get("/sign-in", dependencies=[Depends(count_look_up)])
    def show_sign_in(request: Request, sign_in: SignIn, organisation: Slug = "", back: Back = "/") -> Response:
        slug = organisation.strip()
        providers = sign_in.list_offered(slug) if slug else ()
        values = {"organisation": slug, "providers": providers, "back": local_address(back)}
        return pages.show(request, "sign_in.html", values)

    @router.post("/sign-in", dependencies=[Depends(count_sign_in)])
    def sign_in_with_key(
        request: Request,
        key: Annotated[str, Form(max_length=200)],
        identity: Identity,
        sessions: Sessions,
        back: Annotated[str, Form(max_length=LONGEST)] = "/",
        kept: Annotated[str, Form()] = "",
    ) -> Response:
        check_same_site(request)
        try:
            principal = identity.authenticate(key.strip())
        except UnauthenticatedError as error:
            return _refuse(pages, request, error, back, kept)
        opened = _admit(cookies, request, sessions, principal, None)
        form = from_text(kept)
        response: Response = RedirectResponse(local_address(back), status_code=303)
        if form is not None:
            request.state.principal = principal
            response = pages.show_resume(request, kept=form, token=opened.token)
        cookies.set_session(response, opened.token, opened.lifetime)
        return response

    @router.post("/sign-out")
    def sign_out(
        request: Request, sessions: Sessions, form_token: Annotated[str, Form(max_length=200)] = ""
    ) -> Response:
        check_same_site(request)
        response = RedirectResponse("/", status_code=303)
        token = cookies.find_session(request)
        if token is not None:
            if not is_form_token(token, form_token):
                raise CrossSiteRequestError
            sessions.end(token)
            cookies.drop_session(response)
        return response

    return router


def _provider_pages(pages: Pages, cookies: Cookies) -> APIRouter:
    router = APIRouter()

    @router.get("/sign-in/oidc/{provider_id}", dependencies=[Depends(count_sign_in)])
    def begin_sign_in(request: Request, provider_id: UUID, sign_in: SignIn, back: Back = "/") -> Response:
        try:
            begun = sign_in.begin(provider_id)
        except _REFUSED as error:
            return _refuse(pages, request, error)
        response = RedirectResponse(begun.address, status_code=303, headers={"Cache-Control": "no-store"})
        cookies.set_attempt(response, begun.cookie, ATTEMPT_LIFETIME)
        if local_address(back) != "/":
            cookies.set_back(response, local_address(back), ATTEMPT_LIFETIME)
        return response

    @router.get("/sign-in/oidc/{provider_id}/callback", dependencies=[Depends(count_sign_in)])
    def finish_sign_in(
        request: Request,
        provider_id: UUID,
        sign_in: SignIn,
        sessions: Sessions,
        state: str | None = None,
        code: str | None = None,
        error: str | None = None,
        iss: str | None = None,
    ) -> Response:
        given = AuthorizationResponse(state=state, code=code, error=error, issuer=iss)
        try:
            principal = sign_in.finish(provider_id, cookies.find_attempt(request), given)
            # Return a page, not a redirect. Another site started this request, so browsers would follow a redirect
            # without the SameSite=Strict session cookie.
            shown = {"back": local_address(cookies.find_back(request) or "/")}
            response: Response = pages.show(request, "signed_in.html", shown)
            opened = _admit(cookies, request, sessions, principal, provider_id)
            cookies.set_session(response, opened.token, opened.lifetime)
        except _REFUSED as refusal:
            response = _refuse(pages, request, refusal)
        cookies.drop_attempt(response)
        cookies.drop_back(response)
        return response

    return router


def _refuse(pages: Pages, request: Request, error: FootnoteError, back: str = "/", kept: str = "") -> Response:
    shown = {"problem": error.detail, "back": local_address(back), "kept": from_text(kept)}
    return pages.show(request, "sign_in.html", shown, status=error.status)


def _admit(
    cookies: Cookies, request: Request, sessions: SessionService, principal: Principal, provider: UUID | None
) -> OpenedSession:
    """End the old session and open a new one. A token that an attacker planted in the browser is thus useless."""
    before = cookies.find_session(request)
    if before is not None:
        sessions.end(before)
    return sessions.open(principal, provider_id=provider)


def sign_in_first(request: Request) -> Response:
    """Return a redirect to the sign-in, which then leads back to the page. Raises SessionEndedError for a form."""
    if request.method not in ("GET", "HEAD"):
        raise SessionEndedError
    return RedirectResponse(f"/sign-in?{urlencode({'back': address_of(request)})}", status_code=303)


async def count_look_up(request: Request, organisation: Slug = "") -> None:
    """Count a search for an organisation as a sign-in attempt. A request without a search is not counted."""
    if organisation.strip():
        await count_sign_in(request)


def check_same_site(request: Request) -> None:
    """Check that a form was not sent by another site, by the Origin header of the POST (Fetch, §3.2).

    Raises CrossSiteRequestError.
    """
    origin = request.headers.get("Origin")
    try:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("Host")
    except ValueError:  # not a URL
        ours = False
    if not ours:
        raise CrossSiteRequestError

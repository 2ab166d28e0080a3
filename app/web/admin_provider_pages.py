"""The sign-in providers at `/admin/providers`: the list with the form of a new one, and forms that switch one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.identity.oidc.providers import NewProvider, ProviderService
from app.identity.oidc.schemas import ProviderIn
from app.identity.oidc.sign_in import SignInService
from app.web.access_pages import AccessDesk
from app.web.forms import REFUSALS, Form, read_form
from app.web.lists import ROWS_A_PAGE, Cursor, Typed, next_page

Providers = Annotated[ProviderService, Depends(service(ProviderService))]
SignIn = Annotated[SignInService, Depends(service(SignInService))]


def admin_provider_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes. A provider is tested by a sign-in through it, in a tab of its own."""
    router = APIRouter(prefix="/admin/providers", include_in_schema=False)

    def page(
        request: Request,
        principal: Principal,
        providers: ProviderService,
        sign_in: SignInService,
        form: Form,
        cursor: str | None = None,
    ) -> Response:
        found = providers.list_providers(principal, PageRequest(limit=ROWS_A_PAGE, cursor=cursor))
        rows = [(each, sign_in.redirect_uri(each.id)) for each in found.items]
        more = next_page("/admin/providers", found.next_cursor)
        return desk.show_form(request, principal, "admin_providers.html", form, providers=rows, more=more)

    @router.get("")
    def show_providers(request: Request, providers: Providers, sign_in: SignIn, cursor: Cursor = None) -> Response:
        def show(principal: Principal) -> Response:
            form = Form({"name": "", "issuer": "", "client_id": "", "link_by": "subject", "email_domains": ""})
            return page(request, principal, providers, sign_in, form, cursor)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.post("")
    def create_provider(
        request: Request,
        providers: Providers,
        sign_in: SignIn,
        form_token: Typed,
        name: Typed = "",
        issuer: Typed = "",
        client_id: Typed = "",
        client_secret: Typed = "",
        link_by: Typed = "subject",
        email_domains: Typed = "",
    ) -> Response:
        desk.check_form(request, form_token)
        typed = {"name": name, "issuer": issuer, "client_id": client_id, "link_by": link_by}
        typed = {field: value.strip() for field, value in typed.items()}
        domains = [each.strip() for each in email_domains.split(",") if each.strip()]

        def show(principal: Principal) -> Response:
            values = {**typed, "client_secret": client_secret or None, "email_domains": domains}
            try:
                new = read_form(ProviderIn, values)
                providers.create_provider(
                    principal,
                    NewProvider(
                        name=new.name,
                        issuer=new.issuer,
                        client_id=new.client_id,
                        client_secret=client_secret or None,
                        audience=new.audience,
                        email_domains=tuple(new.email_domains),
                        link_by=new.link_by,
                        enabled=new.enabled,
                    ),
                )
            except REFUSALS as error:
                form = Form({**typed, "client_secret": "", "email_domains": email_domains}).refuse(error)
                return page(request, principal, providers, sign_in, form)
            return RedirectResponse("/admin/providers", status_code=303)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.post("/{provider_id}")
    def switch_provider(
        request: Request, providers: Providers, provider_id: UUID, form_token: Typed, act: Typed = ""
    ) -> Response:
        """Enable or disable a provider; disabling ends the sessions that it opened."""
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            providers.update_provider(principal, provider_id, {"enabled": act == "enable"}, revision=None)
            return RedirectResponse("/admin/providers", status_code=303)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    return router

"""The sign-in providers at `/admin/providers`: the list with the form of a new one, and one provider with its forms."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.changes.removing import Removal
from app.core.errors import PreconditionFailedError
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.identity.oidc.models import IdentityProvider
from app.identity.oidc.providers import NewProvider, ProviderService
from app.identity.oidc.schemas import ProviderChange, ProviderIn
from app.identity.oidc.sign_in import SignInService
from app.web.access_pages import AccessDesk
from app.web.admin_object_pages import changed_meanwhile, check_typed
from app.web.forms import REFUSALS, Form, read_form
from app.web.lists import ROWS_A_PAGE, Cursor, Revision, Typed, Words, next_page

Providers = Annotated[ProviderService, Depends(service(ProviderService))]
SignIn = Annotated[SignInService, Depends(service(SignInService))]


def admin_provider_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes. A provider is tested by a sign-in through it, in a tab of its own."""
    router = APIRouter(include_in_schema=False)
    for pages in (_listing, _one, _deletion):
        router.include_router(pages(desk), prefix="/admin/providers")
    return router


def _listing(desk: AccessDesk) -> APIRouter:
    router = APIRouter()

    def page(
        request: Request,
        principal: Principal,
        providers: ProviderService,
        sign_in: SignInService,
        form: Form,
        cursor: str | None = None,
        q: str = "",
    ) -> Response:
        found = providers.list_providers(principal, PageRequest(limit=ROWS_A_PAGE, cursor=cursor), words=q)
        rows = [(each, sign_in.redirect_uri(each.id)) for each in found.items]
        more = next_page("/admin/providers", found.next_cursor, q=q)
        return desk.show_form(request, principal, "admin_providers.html", form, providers=rows, more=more, q=q)

    @router.get("")
    def show_providers(
        request: Request, providers: Providers, sign_in: SignIn, q: Words = "", cursor: Cursor = None
    ) -> Response:
        def show(principal: Principal) -> Response:
            form = Form({"name": "", "issuer": "", "client_id": "", "link_by": "subject", "email_domains": ""})
            return page(request, principal, providers, sign_in, form, cursor, q)

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

        def show(principal: Principal) -> Response:
            values = {**typed, "client_secret": client_secret or None, "email_domains": _words(email_domains)}
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

    return router


def _one(desk: AccessDesk) -> APIRouter:
    router = APIRouter()

    def page(
        request: Request,
        principal: Principal,
        providers: ProviderService,
        sign_in: SignInService,
        found: IdentityProvider,
        form: Form,
    ) -> Response:
        values = {"provider": found, "redirect": sign_in.redirect_uri(found.id)}
        uses = providers.get_uses(principal, found.id)
        return desk.show_form(request, principal, "admin_provider.html", form, uses=uses, **values)

    @router.get("/{provider_id}")
    def show_provider(request: Request, providers: Providers, sign_in: SignIn, provider_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            found = providers.get_provider(principal, provider_id)
            return page(request, principal, providers, sign_in, found, Form(_typed(found)))

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.post("/{provider_id}")
    def change_provider(
        request: Request,
        providers: Providers,
        sign_in: SignIn,
        provider_id: UUID,
        form_token: Typed,
        revision: Revision,
        act: Typed = "save",
        name: Typed = "",
        client_secret: Typed = "",
        audience: Typed = "",
        link_by: Typed = "subject",
        email_domains: Typed = "",
    ) -> Response:
        """Save the provider, or enable or disable it; disabling ends the sessions that it opened."""
        desk.check_form(request, form_token)
        given = {"name": name, "audience": audience, "email_domains": email_domains, "link_by": link_by}

        def show(principal: Principal) -> Response:
            found = providers.get_provider(principal, provider_id)
            form = Form(given if act == "save" else _typed(found))
            try:
                changes = {"enabled": act == "enable"} if act != "save" else _changes(given, client_secret)
                providers.update_provider(principal, provider_id, changes, revision=revision)
            except PreconditionFailedError as error:
                record_denial_blocking(request, error)
                refused = form.refuse(changed_meanwhile(found.name))
                return page(request, principal, providers, sign_in, found, refused)
            except REFUSALS as error:
                return page(request, principal, providers, sign_in, found, form.refuse(error))
            return RedirectResponse(f"/admin/providers/{provider_id}", status_code=303)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    return router


def _deletion(desk: AccessDesk) -> APIRouter:
    router = APIRouter(prefix="/{provider_id}/delete")

    def page(
        request: Request, principal: Principal, providers: ProviderService, provider_id: UUID, form: Form
    ) -> Response:
        uses = providers.get_uses(principal, provider_id)
        losses = (
            (uses.people, "person is no longer linked to it", "people are no longer linked to it"),
            (uses.sessions, "open session ends", "open sessions end"),
        )
        return desk.show_form(
            request,
            principal,
            "admin_delete.html",
            form,
            noun="provider",
            title="Sign-in providers",
            object=providers.get_provider(principal, provider_id),
            listed="/admin/providers",
            address=f"/admin/providers/{provider_id}",
            removal=Removal(losses),
        )

    @router.get("")
    def show_delete(request: Request, providers: Providers, provider_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            return page(request, principal, providers, provider_id, Form({"name": ""}))

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.post("")
    def delete_provider(
        request: Request,
        providers: Providers,
        provider_id: UUID,
        form_token: Typed,
        revision: Revision,
        name: Typed = "",
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            found = providers.get_provider(principal, provider_id)
            form = Form({"name": name})
            try:
                check_typed(name, found.name)
                providers.delete_provider(principal, provider_id, revision=revision)
            except PreconditionFailedError as error:
                record_denial_blocking(request, error)
                refused = form.refuse(changed_meanwhile(found.name))
                return page(request, principal, providers, provider_id, refused)
            except REFUSALS as error:
                return page(request, principal, providers, provider_id, form.refuse(error, at="name"))
            return RedirectResponse("/admin/providers", status_code=303)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    return router


def _typed(provider: IdentityProvider) -> dict[str, str]:
    domains = ", ".join(provider.email_domains)
    return {
        "name": provider.name,
        "audience": provider.audience or "",
        "email_domains": domains,
        "link_by": provider.link_by,
    }


def _changes(given: Mapping[str, str], secret: str) -> dict[str, Any]:
    """Return the changes of the form. An empty secret is not changed."""
    values: dict[str, Any] = {
        "name": given["name"].strip(),
        "audience": given["audience"].strip() or None,
        "email_domains": _words(given["email_domains"]),
        "link_by": given["link_by"],
    }
    if secret:
        values["client_secret"] = secret
    read = read_form(ProviderChange, values).model_dump(exclude_unset=True)
    return {**read, "client_secret": secret} if secret else read


def _words(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]

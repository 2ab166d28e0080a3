"""`/v1/identity-providers` with their links to users."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.identity.errors import ProviderNotFoundError
from app.identity.oidc.errors import (
    AudienceOfClientError,
    AudienceTakenError,
    AudienceUnboundError,
    ClientTakenError,
    DomainsMissingError,
    IssuerInvalidError,
    IssuerNotPublicError,
    LinkNotFoundError,
    ProvidersBeyondScopesError,
    ProviderTakenError,
    SubjectTakenError,
)
from app.identity.oidc.models import IdentityProvider
from app.identity.oidc.providers import NewProvider, ProviderService
from app.identity.oidc.schemas import LinkIn, LinkOut, ProviderChange, ProviderIn, ProviderOut
from app.identity.oidc.sign_in import SignInService

providers = api_router(prefix="/v1/identity-providers", tag="sign-in")

Providers = Annotated[ProviderService, Depends(service(ProviderService))]
SignIn = Annotated[SignInService, Depends(service(SignInService))]


@providers.post(
    "",
    status_code=201,
    summary="Create a sign-in provider (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE)
    | problems(
        IssuerInvalidError,
        IssuerNotPublicError,
        DomainsMissingError,
        AudienceOfClientError,
        AudienceUnboundError,
        ProviderTakenError,
        AudienceTakenError,
        ClientTakenError,
        ProvidersBeyondScopesError,
    ),
)
def create_identity_provider(
    body: ProviderIn, principal: CurrentPrincipal, provider_service: Providers, sign_in: SignIn, response: Response
) -> ProviderOut:
    secret = None if body.client_secret is None else body.client_secret.get_secret_value()
    fields = body.model_dump(exclude={"client_secret", "email_domains"})
    made = provider_service.create_provider(
        principal, NewProvider(**fields, client_secret=secret, email_domains=tuple(body.email_domains))
    )
    response.headers["Location"] = f"/v1/identity-providers/{made.id}"
    return _out(made, sign_in, response)


@providers.get(
    "",
    summary="List the tenant's sign-in providers (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(InvalidCursorError),
)
def list_identity_providers(
    page: RequestedPage,
    principal: CurrentPrincipal,
    provider_service: Providers,
    sign_in: SignIn,
    request: Request,
    response: Response,
) -> Page[ProviderOut]:
    found = provider_service.list_providers(principal, page)
    return page_out(
        request,
        response,
        found,
        lambda each: ProviderOut.of(each, sign_in.redirect_uri(each.id)),
        Page[ProviderOut],
    )


@providers.get(
    "/{provider_id}",
    summary="Get a sign-in provider; a change must send its ETag in If-Match (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(ProviderNotFoundError),
)
def get_identity_provider(
    provider_id: UUID, principal: CurrentPrincipal, provider_service: Providers, sign_in: SignIn, response: Response
) -> ProviderOut:
    return _out(provider_service.get_provider(principal, provider_id), sign_in, response)


@providers.patch(
    "/{provider_id}",
    summary="Change a sign-in provider; disabling it ends its sessions (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE)
    | problems(
        ProviderNotFoundError,
        ProvidersBeyondScopesError,
        DomainsMissingError,
        AudienceOfClientError,
        AudienceUnboundError,
        AudienceTakenError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
def update_identity_provider(
    provider_id: UUID,
    body: ProviderChange,
    principal: CurrentPrincipal,
    provider_service: Providers,
    sign_in: SignIn,
    response: Response,
    if_match: IfMatch = None,
) -> ProviderOut:
    revision = parse_if_match(if_match)
    changes = body.model_dump(exclude_unset=True)
    if body.client_secret is not None:
        changes["client_secret"] = body.client_secret.get_secret_value()
    return _out(provider_service.update_provider(principal, provider_id, changes, revision=revision), sign_in, response)


@providers.delete(
    "/{provider_id}",
    status_code=204,
    summary="Delete a sign-in provider with its links and sessions (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(ProviderNotFoundError, ProvidersBeyondScopesError),
)
def delete_identity_provider(provider_id: UUID, principal: CurrentPrincipal, provider_service: Providers) -> None:
    provider_service.delete_provider(principal, provider_id)


@providers.get(
    "/{provider_id}/links",
    summary="List the links from a provider's subjects to users (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(ProviderNotFoundError, InvalidCursorError),
)
def list_identity_links(
    provider_id: UUID,
    page: RequestedPage,
    principal: CurrentPrincipal,
    provider_service: Providers,
    request: Request,
    response: Response,
) -> Page[LinkOut]:
    return page_out(
        request, response, provider_service.list_links(principal, provider_id, page), LinkOut.of, Page[LinkOut]
    )


@providers.put(
    "/{provider_id}/links/{user_id}",
    summary="Link a user to a provider's subject (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE)
    | problems(LinkNotFoundError, SubjectTakenError, ProvidersBeyondScopesError),
)
def link_identity(
    provider_id: UUID, user_id: UUID, body: LinkIn, principal: CurrentPrincipal, provider_service: Providers
) -> LinkOut:
    return LinkOut.of(provider_service.link(principal, provider_id, user_id, body.subject))


@providers.delete(
    "/{provider_id}/links/{user_id}",
    status_code=204,
    summary="Delete a link, which ends the user's sessions of that provider (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(LinkNotFoundError, ProvidersBeyondScopesError),
)
def unlink_identity(provider_id: UUID, user_id: UUID, principal: CurrentPrincipal, provider_service: Providers) -> None:
    provider_service.unlink(principal, provider_id, user_id)


def _out(provider: IdentityProvider, sign_in: SignInService, response: Response) -> ProviderOut:
    response.headers["ETag"] = etag(provider.revision)
    return ProviderOut.of(provider, sign_in.redirect_uri(provider.id))

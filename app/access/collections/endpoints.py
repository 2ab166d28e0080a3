"""`/v1/collections` and `/v1/grants`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.access.collections.schemas import CollectionChange, CollectionIn, CollectionOut, GrantIn, GrantOut
from app.access.collections.service import AccessService
from app.access.errors import (
    CollectionExistsError,
    CollectionInsideItselfError,
    CollectionNotFoundError,
    CollectionTooDeepError,
    GrantLifetimeError,
    GrantNotFoundError,
    GrantSubjectError,
    GrantTargetNotFoundError,
    MoveLeavesBarrierError,
)
from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.denials import declare_object
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs

collections = api_router(prefix="/v1/collections", tag="collections")
grants = api_router(prefix="/v1/grants", tag="grants")

Access = Annotated[AccessService, Depends(service(AccessService))]


@collections.post(
    "",
    status_code=201,
    openapi_extra=needs(Permission.COLLECTIONS_WRITE)
    | problems(CollectionNotFoundError, CollectionExistsError, CollectionTooDeepError),
)
def create_collection(
    body: CollectionIn, principal: CurrentPrincipal, access: Access, response: Response
) -> CollectionOut:
    """Create a collection, which you then own. To create it inside a parent, you need the right to edit the parent."""
    made = access.create_collection(principal, name=body.name, parent_id=body.parent_id)
    response.headers["Location"] = f"/v1/collections/{made.id}"
    response.headers["ETag"] = etag(made.revision)
    return CollectionOut.of(made)


@collections.get("", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError))
def list_collections(
    page: RequestedPage, principal: CurrentPrincipal, access: Access, request: Request, response: Response
) -> Page[CollectionOut]:
    """List the collections that you may see."""
    found = access.list_collections(principal, page)
    return page_out(request, response, found, CollectionOut.of, Page[CollectionOut])


@collections.get("/{collection_id}", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(CollectionNotFoundError))
def get_collection(
    collection_id: UUID, principal: CurrentPrincipal, access: Access, response: Response
) -> CollectionOut:
    """Return one collection. To change it, send its ETag in If-Match."""
    found = access.get_collection(principal, collection_id)
    response.headers["ETag"] = etag(found.revision)
    return CollectionOut.of(found)


@collections.patch(
    "/{collection_id}",
    openapi_extra=needs(Permission.COLLECTIONS_WRITE)
    | problems(
        CollectionNotFoundError,
        CollectionExistsError,
        CollectionInsideItselfError,
        CollectionTooDeepError,
        MoveLeavesBarrierError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
def update_collection(
    collection_id: UUID,
    body: CollectionChange,
    principal: CurrentPrincipal,
    access: Access,
    response: Response,
    if_match: IfMatch = None,
) -> CollectionOut:
    """Rename a collection, or move it. To move it, you must own it and have the right to edit the target."""
    changed = access.update_collection(principal, collection_id, body.to_edit(), revision=parse_if_match(if_match))
    response.headers["ETag"] = etag(changed.revision)
    return CollectionOut.of(changed)


@grants.post(
    "",
    status_code=201,
    openapi_extra=needs(Permission.GRANTS_WRITE)
    | problems(GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError),
)
def create_grant(
    body: GrantIn, principal: CurrentPrincipal, access: Access, request: Request, response: Response
) -> GrantOut:
    """Grant access to a collection or document that you own. Administrators may grant access to any collection,
    document or pack.
    """
    declare_object(request, collection_id=body.collection_id, document_id=body.document_id, pack_id=body.pack_id)
    made = access.create_grant(principal, body.to_grant())
    response.headers["Location"] = f"/v1/grants/{made.id}"
    return GrantOut.of(made)


@grants.get("", openapi_extra=needs(Permission.GRANTS_READ) | problems(InvalidCursorError))
def list_grants(
    page: RequestedPage,
    principal: CurrentPrincipal,
    access: Access,
    request: Request,
    response: Response,
    collection_id: Annotated[UUID | None, Query()] = None,
    document_id: Annotated[UUID | None, Query()] = None,
    pack_id: Annotated[UUID | None, Query()] = None,
) -> Page[GrantOut]:
    """List the grants on objects that you own; administrators and auditors see all grants."""
    found = access.list_grants(principal, page, collection_id=collection_id, document_id=document_id, pack_id=pack_id)
    return page_out(request, response, found, GrantOut.of, Page[GrantOut])


@grants.delete(
    "/{grant_id}", status_code=204, openapi_extra=needs(Permission.GRANTS_WRITE) | problems(GrantNotFoundError)
)
def delete_grant(grant_id: UUID, principal: CurrentPrincipal, access: Access) -> None:
    """Delete a grant; this takes effect from the next request on."""
    access.delete_grant(principal, grant_id)

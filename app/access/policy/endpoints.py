"""`/v1/labels`, labels of collections and documents, `/v1/clearances`, `/v1/entitlement-packs`, `/v1/exclusions`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.access.errors import (
    ClearanceNotFoundError,
    ContentExistsError,
    ExclusionNotFoundError,
    GrantLifetimeError,
    GrantSubjectError,
    GrantTargetNotFoundError,
    LabelExistsError,
    LabelInUseError,
    LabelNotFoundError,
    PackExistsError,
    PackNotFoundError,
)
from app.access.policy.editing import Place
from app.access.policy.schemas import (
    ClearanceIn,
    ClearanceOut,
    ExclusionIn,
    ExclusionOut,
    LabelIn,
    LabelOut,
    LabelsOut,
    PackIn,
    PackName,
    PackOut,
)
from app.access.policy.service import PolicyService
from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.denials import declare_object
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs

labels = api_router(prefix="/v1/labels", tag="policy")
labelled = api_router(prefix="/v1", tag="policy")
clearances = api_router(prefix="/v1/clearances", tag="policy")
packs = api_router(prefix="/v1/entitlement-packs", tag="policy")
exclusions = api_router(prefix="/v1/exclusions", tag="policy")
routers = (labels, labelled, clearances, packs, exclusions)

Policy = Annotated[PolicyService, Depends(service(PolicyService))]

_MANAGE = needs(Permission.ACCESS_MANAGE)
_PUT = needs(Permission.GRANTS_WRITE) | problems(GrantTargetNotFoundError, LabelNotFoundError, ContentExistsError)
_TAKE = _MANAGE | problems(LabelNotFoundError, ContentExistsError)
_SEE = needs(Permission.DOCUMENTS_READ) | problems(GrantTargetNotFoundError)


@labels.post("", status_code=201, openapi_extra=_MANAGE | problems(LabelExistsError))
def create_label(body: LabelIn, principal: CurrentPrincipal, policy: Policy, response: Response) -> LabelOut:
    """Create a label: an information barrier. Only users with a clearance can read the labelled documents."""
    with policy.edit(principal) as editor:
        made = editor.create_label(body.name)
    response.headers["Location"] = f"/v1/labels/{made.id}"
    return LabelOut.of(made)


@labels.get("", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError))
def list_labels(
    page: RequestedPage, principal: CurrentPrincipal, policy: Policy, request: Request, response: Response
) -> Page[LabelOut]:
    """List the labels that you are cleared for; administrators and auditors see all labels."""
    return page_out(request, response, policy.list_labels(principal, page), LabelOut.of, Page[LabelOut])


@labels.get("/{label_id}", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(LabelNotFoundError))
def get_label(label_id: UUID, principal: CurrentPrincipal, policy: Policy, response: Response) -> LabelOut:
    """Get a label that you are cleared for; administrators and auditors may get any. To rename it, send its ETag in
    If-Match.
    """
    found = policy.get_label(principal, label_id)
    response.headers["ETag"] = etag(found.revision)
    return LabelOut.of(found)


@labels.patch(
    "/{label_id}",
    openapi_extra=_MANAGE
    | problems(LabelNotFoundError, LabelExistsError, PreconditionFailedError, PreconditionRequiredError),
)
def rename_label(
    label_id: UUID,
    body: LabelIn,
    principal: CurrentPrincipal,
    policy: Policy,
    response: Response,
    if_match: IfMatch = None,
) -> LabelOut:
    """Rename a label (administrators)."""
    with policy.edit(principal) as editor:
        changed = editor.rename_label(label_id, body.name, revision=parse_if_match(if_match))
        response.headers["ETag"] = etag(changed.revision)
        return LabelOut.of(changed)


@labels.delete("/{label_id}", status_code=204, openapi_extra=_MANAGE | problems(LabelNotFoundError, LabelInUseError))
def delete_label(label_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Delete an unused label and its clearances."""
    with policy.edit(principal) as editor:
        editor.delete_label(label_id)


@labelled.get("/collections/{collection_id}/labels", openapi_extra=_SEE)
def list_collection_labels(collection_id: UUID, principal: CurrentPrincipal, policy: Policy) -> LabelsOut:
    """List a collection's own labels; the labels of its parent collections also apply to it."""
    found = policy.list_labels_on(principal, Place(collection_id=collection_id))
    return LabelsOut(items=[LabelOut.of(label) for label in found])


@labelled.put("/collections/{collection_id}/labels/{label_id}", status_code=204, openapi_extra=_PUT)
def put_collection_label(collection_id: UUID, label_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Label a collection that you own; administrators may label any collection. Only users with a clearance can then
    read the collection and its contents.
    """
    with policy.edit(principal) as editor:
        editor.put_label(Place(collection_id=collection_id), label_id)


@labelled.delete("/collections/{collection_id}/labels/{label_id}", status_code=204, openapi_extra=_TAKE)
def take_collection_label(collection_id: UUID, label_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Remove a label from a collection (administrators)."""
    with policy.edit(principal) as editor:
        editor.take_label(Place(collection_id=collection_id), label_id)


@labelled.get("/documents/{document_id}/labels", openapi_extra=_SEE)
def list_document_labels(document_id: UUID, principal: CurrentPrincipal, policy: Policy) -> LabelsOut:
    """List a document's own labels; the labels of its collection and of all parent collections also apply to it."""
    found = policy.list_labels_on(principal, Place(document_id=document_id))
    return LabelsOut(items=[LabelOut.of(label) for label in found])


@labelled.put("/documents/{document_id}/labels/{label_id}", status_code=204, openapi_extra=_PUT)
def put_document_label(document_id: UUID, label_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Label a document that you own; administrators may label any document. Only users with a clearance can then read
    the document.
    """
    with policy.edit(principal) as editor:
        editor.put_label(Place(document_id=document_id), label_id)


@labelled.delete("/documents/{document_id}/labels/{label_id}", status_code=204, openapi_extra=_TAKE)
def take_document_label(document_id: UUID, label_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Remove a label from a document (administrators)."""
    with policy.edit(principal) as editor:
        editor.take_label(Place(document_id=document_id), label_id)


@clearances.post(
    "", status_code=201, openapi_extra=_MANAGE | problems(LabelNotFoundError, GrantSubjectError, GrantLifetimeError)
)
def create_clearance(
    body: ClearanceIn, principal: CurrentPrincipal, policy: Policy, response: Response
) -> ClearanceOut:
    """Give a user or a group's members a clearance for a label."""
    with policy.edit(principal) as editor:
        made = editor.create_clearance(body.label_id, body.to_subject())
    response.headers["Location"] = f"/v1/clearances/{made.id}"
    return ClearanceOut.of(made)


@clearances.get("", openapi_extra=needs(Permission.GRANTS_READ) | problems(InvalidCursorError))
def list_clearances(
    page: RequestedPage,
    principal: CurrentPrincipal,
    policy: Policy,
    request: Request,
    response: Response,
    label_id: Annotated[UUID | None, Query()] = None,
    user_id: Annotated[UUID | None, Query()] = None,
    group_id: Annotated[UUID | None, Query()] = None,
) -> Page[ClearanceOut]:
    """List your own clearances; administrators and auditors see all clearances."""
    found = policy.list_clearances(principal, page, label_id=label_id, user_id=user_id, group_id=group_id)
    return page_out(request, response, found, ClearanceOut.of, Page[ClearanceOut])


@clearances.delete("/{clearance_id}", status_code=204, openapi_extra=_MANAGE | problems(ClearanceNotFoundError))
def delete_clearance(clearance_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Delete a clearance; this takes effect from the next request on."""
    with policy.edit(principal) as editor:
        editor.delete_clearance(clearance_id)


@packs.post("", status_code=201, openapi_extra=_MANAGE | problems(PackExistsError))
def create_pack(body: PackIn, principal: CurrentPrincipal, policy: Policy, response: Response) -> PackOut:
    """Create a pack of all the tenant's documents with the given types and sources. To give access to these documents,
    create grants with the pack's ID as `pack_id`.
    """
    with policy.edit(principal) as editor:
        made = editor.create_pack(body.name, document_types=body.document_types, sources=body.sources)
    response.headers["Location"] = f"/v1/entitlement-packs/{made.id}"
    return PackOut.of(made)


@packs.get("", openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(InvalidCursorError))
def list_packs(
    page: RequestedPage, principal: CurrentPrincipal, policy: Policy, request: Request, response: Response
) -> Page[PackOut]:
    """List the tenant's entitlement packs."""
    return page_out(request, response, policy.list_packs(principal, page), PackOut.of, Page[PackOut])


@packs.get("/{pack_id}", openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(PackNotFoundError))
def get_pack(pack_id: UUID, principal: CurrentPrincipal, policy: Policy, response: Response) -> PackOut:
    """Get an entitlement pack. To rename it, send its ETag in If-Match."""
    found = policy.get_pack(principal, pack_id)
    response.headers["ETag"] = etag(found.revision)
    return PackOut.of(found)


@packs.patch(
    "/{pack_id}",
    openapi_extra=_MANAGE
    | problems(PackNotFoundError, PackExistsError, PreconditionFailedError, PreconditionRequiredError),
)
def rename_pack(
    pack_id: UUID,
    body: PackName,
    principal: CurrentPrincipal,
    policy: Policy,
    response: Response,
    if_match: IfMatch = None,
) -> PackOut:
    """Rename an entitlement pack (administrators). Its types and sources can't be changed: create another pack."""
    with policy.edit(principal) as editor:
        changed = editor.rename_pack(pack_id, body.name, revision=parse_if_match(if_match))
        response.headers["ETag"] = etag(changed.revision)
        return PackOut.of(changed)


@packs.delete("/{pack_id}", status_code=204, openapi_extra=_MANAGE | problems(PackNotFoundError))
def delete_pack(pack_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Delete a pack and all grants on it."""
    with policy.edit(principal) as editor:
        editor.delete_pack(pack_id)


@exclusions.post(
    "",
    status_code=201,
    openapi_extra=needs(Permission.GRANTS_WRITE)
    | problems(GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError),
)
def create_exclusion(
    body: ExclusionIn, principal: CurrentPrincipal, policy: Policy, request: Request, response: Response
) -> ExclusionOut:
    """Exclude a user or a group from a document that you own, despite all grants. Administrators may exclude
    users and groups from any document.
    """
    declare_object(request, document_id=body.document_id)
    with policy.edit(principal) as editor:
        made = editor.create_exclusion(body.document_id, body.to_subject())
    response.headers["Location"] = f"/v1/exclusions/{made.id}"
    return ExclusionOut.of(made)


@exclusions.get("", openapi_extra=needs(Permission.GRANTS_READ) | problems(InvalidCursorError))
def list_exclusions(
    page: RequestedPage,
    principal: CurrentPrincipal,
    policy: Policy,
    request: Request,
    response: Response,
    document_id: Annotated[UUID | None, Query()] = None,
) -> Page[ExclusionOut]:
    """List the exclusions on documents that you own; administrators and auditors see all exclusions."""
    found = policy.list_exclusions(principal, page, document_id=document_id)
    return page_out(request, response, found, ExclusionOut.of, Page[ExclusionOut])


@exclusions.delete(
    "/{exclusion_id}", status_code=204, openapi_extra=needs(Permission.GRANTS_WRITE) | problems(ExclusionNotFoundError)
)
def delete_exclusion(exclusion_id: UUID, principal: CurrentPrincipal, policy: Policy) -> None:
    """Delete an exclusion; grants apply again from the next request on."""
    with policy.edit(principal) as editor:
        editor.delete_exclusion(exclusion_id)

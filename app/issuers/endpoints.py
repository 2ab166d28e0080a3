"""Issuers at `/v1/issuers`: their names, documents and editors' changes. `app.facts.endpoints` has their statements."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.issuers.errors import (
    IssuerAmbiguousError,
    IssuerChangeError,
    IssuerEditNotFoundError,
    IssuerNotEditableError,
    IssuerNotFoundError,
    TooManyDocumentsError,
)
from app.issuers.schemas import (
    IssuerChangeIn,
    IssuerDetailOut,
    IssuerEffectOut,
    IssuerOut,
    IssuerRefOut,
    IssuersOut,
)
from app.issuers.service import IssuerService

router = api_router(prefix="/v1/issuers", tag="issuers")

Issuers = Annotated[IssuerService, Depends(service(IssuerService))]
IssuerName = Annotated[
    Line, Path(description="The issuer's ID, its name in any spelling, an identifier, or a short form.")
]
_CHANGES = problems(
    IssuerNotFoundError, IssuerAmbiguousError, IssuerChangeError, IssuerNotEditableError, TooManyDocumentsError
)
_CHANGE_NOTE = (
    "An editor's change is kept when documents are published again. It applies to documents that you may read. You "
    "must be able to edit those that it moves or renames, and in a merger at least one of the issuer that takes them."
)


@router.get(
    "",
    summary="List issuers by name",
    description="The issuers of the documents that you may read. Names in other documents are not used.",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_issuers(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    issuers: Issuers,
    requested: RequestedPage,
    q: Annotated[
        Line | None, Query(description="Words of a name or their beginnings, a ticker or an identifier.")
    ] = None,
) -> Page[IssuerOut]:
    found = issuers.list_issuers(principal, requested, words=q or "")
    return page_out(request, response, found, IssuerOut.listed, Page[IssuerOut])


@router.get(
    "/{issuer_id}",
    summary="Get an issuer with its names, and where each was read",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(IssuerNotFoundError, IssuerAmbiguousError),
)
def get_issuer(
    principal: CurrentPrincipal, issuers: Issuers, issuer_id: IssuerName, response: Response
) -> IssuerDetailOut:
    view = issuers.get_issuer(principal, issuer_id)
    response.headers["ETag"] = etag(view.revision)
    return IssuerDetailOut.viewed(view)


@router.post(
    "/{issuer_id}/preview",
    summary="Preview a change of an issuer: what moves",
    description=f"{_CHANGE_NOTE} Nothing is changed.",
    openapi_extra=needs(Permission.DOCUMENTS_WRITE) | _CHANGES,
)
def preview_issuer_change(
    principal: CurrentPrincipal, issuers: Issuers, issuer_id: IssuerName, body: IssuerChangeIn
) -> IssuerEffectOut:
    return IssuerEffectOut.of(issuers.preview_change(principal, issuer_id, body.change()))


@router.patch(
    "/{issuer_id}",
    summary="Merge an issuer into another, split documents off, or rename it",
    description=_CHANGE_NOTE,
    openapi_extra=needs(Permission.DOCUMENTS_WRITE)
    | problems(
        IssuerNotFoundError,
        IssuerAmbiguousError,
        IssuerChangeError,
        IssuerNotEditableError,
        TooManyDocumentsError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
def change_issuer(
    principal: CurrentPrincipal,
    issuers: Issuers,
    issuer_id: IssuerName,
    body: IssuerChangeIn,
    response: Response,
    if_match: IfMatch = None,
) -> IssuerEffectOut:
    effect, view = issuers.change_issuer(principal, issuer_id, body.change(), revision=parse_if_match(if_match))
    response.headers["ETag"] = etag(view.revision)
    return IssuerEffectOut.of(effect)


@router.delete(
    "/edits/{edit_id}",
    summary="Withdraw an editor's change of an issuer",
    description="Changes made later remain. You must be able to edit the documents that the change concerns.",
    openapi_extra=needs(Permission.DOCUMENTS_WRITE) | problems(IssuerEditNotFoundError, IssuerNotEditableError),
)
def withdraw_issuer_edit(principal: CurrentPrincipal, issuers: Issuers, edit_id: UUID) -> IssuersOut:
    found = issuers.withdraw_edit(principal, edit_id)
    return IssuersOut(issuers=[IssuerRefOut.of(issuer) for issuer in found])

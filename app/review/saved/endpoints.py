"""Saved views of the queue at `/v1/review/views`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.review.saved.errors import TooManyViewsError, ViewNotFoundError
from app.review.saved.schemas import ViewIn, ViewOut, ViewsOut
from app.review.saved.service import ViewService

router = api_router(prefix="/v1/review/views", tag="review")

Views = Annotated[ViewService, Depends(service(ViewService))]


@router.get(
    "",
    summary="List your saved views, and those that others share",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def list_review_views(principal: CurrentPrincipal, views: Views) -> ViewsOut:
    return ViewsOut(items=[ViewOut.of(row, principal) for row in views.list_views(principal)])


@router.post(
    "",
    status_code=201,
    summary="Save a view of the queue",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(TooManyViewsError),
)
def save_review_view(principal: CurrentPrincipal, views: Views, body: ViewIn, response: Response) -> ViewOut:
    row = views.save(principal, body.view())
    response.headers["ETag"] = etag(row.revision)
    return ViewOut.of(row, principal)


@router.put(
    "/{view_id}",
    summary="Replace one of your saved views",
    openapi_extra=needs(Permission.REVIEW_WRITE)
    | problems(ViewNotFoundError, PreconditionRequiredError, PreconditionFailedError),
)
def replace_review_view(
    principal: CurrentPrincipal,
    views: Views,
    view_id: UUID,
    body: ViewIn,
    response: Response,
    if_match: IfMatch = None,
) -> ViewOut:
    row = views.change(principal, view_id, body.view(), revision=parse_if_match(if_match))
    response.headers["ETag"] = etag(row.revision)
    return ViewOut.of(row, principal)


@router.delete(
    "/{view_id}",
    status_code=204,
    summary="Delete one of your saved views",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(ViewNotFoundError),
)
def delete_review_view(principal: CurrentPrincipal, views: Views, view_id: UUID) -> None:
    views.delete(principal, view_id)

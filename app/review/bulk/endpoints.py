"""Bulk approvals at `/v1/review/bulk-approvals`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.review.bulk.errors import BulkChangedError, BulkNotFoundError, BulkTooLargeError
from app.review.bulk.schemas import BulkApprovalIn, BulkIn, BulkOut, BulkPreviewOut, NewBulkOut
from app.review.bulk.service import BulkService
from app.review.schemas.errors import SchemaNotFoundError

router = api_router(prefix="/v1/review/bulk-approvals", tag="review")

Bulks = Annotated[BulkService, Depends(service(BulkService))]


@router.post(
    "/preview",
    summary="Preview a bulk approval",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(BulkTooLargeError, SchemaNotFoundError),
)
def preview_bulk_approval(
    principal: CurrentPrincipal, bulks: Bulks, body: BulkIn, response: Response
) -> BulkPreviewOut:
    response.headers["Cache-Control"] = "no-store"
    return BulkPreviewOut.of(bulks.preview(principal, body.request()), overwrite=body.overwrite)


@router.post(
    "",
    status_code=201,
    summary="Approve many values at once, as previewed",
    description="Each value gets its own revision by its own policy: where two persons must agree, they still must.",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(BulkTooLargeError, BulkChangedError, SchemaNotFoundError),
)
def create_bulk_approval(
    principal: CurrentPrincipal, bulks: Bulks, body: BulkApprovalIn, response: Response
) -> NewBulkOut:
    response.headers["Cache-Control"] = "no-store"
    made = bulks.approve(principal, body.request(), digest=body.digest, note=body.note)
    return NewBulkOut(bulk=None if made is None else BulkOut.of(made))


@router.get(
    "/{bulk_id}",
    summary="Get a bulk approval",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(BulkNotFoundError),
)
def get_bulk_approval(principal: CurrentPrincipal, bulks: Bulks, bulk_id: UUID, response: Response) -> BulkOut:
    response.headers["Cache-Control"] = "no-store"
    return BulkOut.of(bulks.get(principal, bulk_id))


@router.post(
    "/{bulk_id}/reversal",
    summary="Reverse a bulk approval",
    description="Undoes the decisions that still stand. Values that were decided again since stay.",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(BulkNotFoundError),
)
def reverse_bulk_approval(principal: CurrentPrincipal, bulks: Bulks, bulk_id: UUID, response: Response) -> BulkOut:
    response.headers["Cache-Control"] = "no-store"
    return BulkOut.of(bulks.reverse(principal, bulk_id))

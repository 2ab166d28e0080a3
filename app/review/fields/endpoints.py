"""Fields and their history at `/v1/review/tasks/{task_id}/fields` and `/v1/review/fields`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import etag
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.review.deciding.errors import FieldNotFoundError
from app.review.fields.moments import MomentNotPastError
from app.review.fields.schemas import FieldOut, FieldsOut, RevisionOut
from app.review.fields.service import FieldService
from app.review.fields.views import FieldView
from app.review.tasks.errors import TaskNotFoundError

router = api_router(prefix="/v1/review", tag="review")

Fields = Annotated[FieldService, Depends(service(FieldService))]
AsOf = Annotated[
    AwareDatetime | None,
    Query(description="A moment: return what was decided until then.", examples=["2026-03-01T12:00:00Z"]),
]


def field_out(view: FieldView, response: Response) -> FieldOut:
    """Return the field for a response, and set its ETag."""
    response.headers["ETag"] = etag(view.revision)
    response.headers["Cache-Control"] = "no-store"
    return FieldOut.of(view)


@router.get(
    "/tasks/{task_id}/fields",
    summary="List the fields of a review task, now or at any past moment",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(TaskNotFoundError, MomentNotPastError),
)
def list_review_fields(
    principal: CurrentPrincipal, fields: Fields, task_id: UUID, response: Response, as_of: AsOf = None
) -> FieldsOut:
    response.headers["Cache-Control"] = "no-store"
    found = fields.list_fields(principal, task_id, as_of=as_of)
    return FieldsOut(task_id=task_id, as_of=as_of, items=[FieldOut.of(each) for each in found])


@router.get(
    "/fields/{field_id}",
    summary="Get a field",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(FieldNotFoundError),
)
def get_review_field(principal: CurrentPrincipal, fields: Fields, field_id: UUID, response: Response) -> FieldOut:
    return field_out(fields.get_field(principal, field_id), response)


@router.get(
    "/fields/{field_id}/revisions",
    summary="List the decisions about a field, oldest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(FieldNotFoundError, InvalidCursorError, MomentNotPastError),
)
def list_field_revisions(
    request: Request,
    principal: CurrentPrincipal,
    fields: Fields,
    field_id: UUID,
    response: Response,
    page: RequestedPage,
    as_of: AsOf = None,
) -> Page[RevisionOut]:
    response.headers["Cache-Control"] = "no-store"
    found = fields.list_revisions(principal, field_id, page, as_of=as_of)
    return page_out(request, response, found, RevisionOut.of, Page[RevisionOut])

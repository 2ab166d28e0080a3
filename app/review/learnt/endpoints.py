"""What the reader has learnt from corrections, at `/v1/review/learnt`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.documents.errors import NotEditableError
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.review.deciding.errors import FieldNotFoundError
from app.review.learnt.errors import NothingLearntError
from app.review.learnt.schemas import LearntOut
from app.review.learnt.service import LearntService

router = api_router(prefix="/v1/review/learnt", tag="review")

Learnt = Annotated[LearntService, Depends(service(LearntService))]


@router.get(
    "",
    summary="List what the reader has learnt from corrections of report lines",
    description=(
        "A corrected field of a report line teaches which row of the statement is the line item, and which is not. It "
        "applies to documents of the same issuer and access class. From documents that you may read, newest first; "
        "also what was withdrawn. A page may have fewer items than its limit although the list continues."
    ),
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_review_lessons(
    request: Request,
    principal: CurrentPrincipal,
    learnt: Learnt,
    response: Response,
    page: RequestedPage,
    task_id: Annotated[UUID | None, Query(description="Only what fields of this task teach.")] = None,
) -> Page[LearntOut]:
    response.headers["Cache-Control"] = "no-store"
    found = learnt.list_learnt(principal, page, task_id=task_id)
    return page_out(request, response, found, LearntOut.of, Page[LearntOut])


@router.post(
    "/{field_id}/withdrawal",
    summary="Withdraw what the reader has learnt from a field",
    description="The field's value stays. Open tasks of documents that learnt from it are read again.",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(FieldNotFoundError, NotEditableError, NothingLearntError),
)
def withdraw_review_lesson(
    principal: CurrentPrincipal, learnt: Learnt, field_id: UUID, response: Response
) -> LearntOut:
    response.headers["Cache-Control"] = "no-store"
    return LearntOut.of(learnt.withdraw(principal, field_id))

"""What the machine reads wrong, at `/v1/review/mistakes` and `/v1/review/corrections`."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.review.mistakes.schemas import CorrectionOut, FieldMistakesOut, MistakesOut
from app.review.mistakes.service import MistakeService
from app.review.schemas.errors import SchemaNotFoundError

router = api_router(prefix="/v1/review", tag="review")

Mistakes = Annotated[MistakeService, Depends(service(MistakeService))]
SchemaName = Annotated[Line | None, Query(description="The key of a schema.")]


@router.get(
    "/mistakes",
    summary="List the fields that the machine reads wrong most often",
    description=(
        "Compares what the machine read with what editors decided, in documents that you may read: the newest 20,000 "
        "decided fields. Each field has its newest mistakes as examples."
    ),
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(SchemaNotFoundError),
)
def list_review_mistakes(
    principal: CurrentPrincipal, mistakes: Mistakes, response: Response, schema: SchemaName = None
) -> MistakesOut:
    response.headers["Cache-Control"] = "no-store"
    found = mistakes.list_mistakes(principal, schema=schema)
    return MistakesOut(items=list(map(FieldMistakesOut.of, found)))


@router.get(
    "/corrections",
    summary="List the decided fields that the machine read wrong or not at all",
    description=(
        "Of documents that you may read, the newest fields first. A page may have fewer items than `limit` although "
        "the list continues. `footnote eval import corrections` makes a question set of them."
    ),
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError, SchemaNotFoundError),
)
def list_review_corrections(
    request: Request,
    principal: CurrentPrincipal,
    mistakes: Mistakes,
    response: Response,
    page: RequestedPage,
    schema: SchemaName = None,
) -> Page[CorrectionOut]:
    response.headers["Cache-Control"] = "no-store"
    found = mistakes.list_corrections(principal, page, schema=schema)
    return page_out(request, response, found, CorrectionOut.of, Page[CorrectionOut])

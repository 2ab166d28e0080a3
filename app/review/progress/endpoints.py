"""Progress at `/v1/review/progress`, `/v1/review/workload` and `/v1/review/agreement`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import AwareDatetime

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.http.text import Line
from app.review.progress.schemas import AgreementsOut, DealOut, DealsOut, WorkloadOut
from app.review.progress.service import ProgressService
from app.review.schemas.errors import SchemaNotFoundError

router = api_router(prefix="/v1/review", tag="review")

Progress = Annotated[ProgressService, Depends(service(ProgressService))]
SchemaName = Annotated[Line | None, Query(description="The key of a schema.")]


@router.get(
    "/progress",
    summary="List the collections with review tasks, and how far each is",
    description="Counts only tasks of documents that you may read.",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(SchemaNotFoundError),
)
def list_review_progress(
    principal: CurrentPrincipal,
    progress: Progress,
    response: Response,
    collection_id: Annotated[UUID | None, Query(description="Only this collection.")] = None,
    schema: SchemaName = None,
) -> DealsOut:
    response.headers["Cache-Control"] = "no-store"
    found = progress.list_deals(principal, collection_id=collection_id, schema=schema)
    return DealsOut(items=[DealOut.of(deal) for deal in found])


@router.get(
    "/workload",
    summary="Get who decided how much, what waits for whom, and the throughput by day",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def get_review_workload(
    principal: CurrentPrincipal,
    progress: Progress,
    response: Response,
    days: Annotated[int, Query(ge=1, le=366, description="The number of days before now.")] = 7,
) -> WorkloadOut:
    response.headers["Cache-Control"] = "no-store"
    return WorkloadOut.of(progress.get_workload(principal, days=days))


@router.get(
    "/agreement",
    summary="Get how far blind readers agree (Cohen's kappa), by field and by pair",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(SchemaNotFoundError),
)
def get_review_agreement(
    principal: CurrentPrincipal,
    progress: Progress,
    response: Response,
    schema: SchemaName = None,
    since: Annotated[AwareDatetime | None, Query(description="Readings since this moment.")] = None,
) -> AgreementsOut:
    response.headers["Cache-Control"] = "no-store"
    return AgreementsOut.of(progress.get_agreement(principal, schema=schema, since=since))

"""The last filing's answers at `/v1/review/tasks/{task_id}/earlier`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.review.earlier.schemas import EarlierListOut, EarlierOut
from app.review.earlier.service import EarlierService
from app.review.tasks.errors import TaskNotFoundError

router = api_router(prefix="/v1/review", tag="review")

Earlier = Annotated[EarlierService, Depends(service(EarlierService))]


@router.get(
    "/tasks/{task_id}/earlier",
    summary="Compare the fields of a review task with the issuer's last filing of the same type",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(TaskNotFoundError),
)
def list_earlier_values(
    principal: CurrentPrincipal, earlier: Earlier, task_id: UUID, response: Response
) -> EarlierListOut:
    response.headers["Cache-Control"] = "no-store"
    found = earlier.list_earlier(principal, task_id)
    return EarlierListOut(task_id=task_id, items=[EarlierOut.of(each) for each in found])

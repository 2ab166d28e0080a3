"""The queue of the editors' desk at `/v1/review/tasks`."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError, NotEditableError
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.review.schemas.errors import SchemaNotFoundError
from app.review.tasks.errors import AssigneeError, TaskClaimedError, TaskNotFoundError, TaskNotOpenError
from app.review.tasks.schemas import (
    AssignmentIn,
    ClaimedOut,
    ClaimNextIn,
    NewTaskIn,
    ReviewerOut,
    ReviewersOut,
    TaskOut,
    TaskState,
)
from app.review.tasks.service import TaskService
from app.review.tasks.views import TaskFilters, TaskView

router = api_router(prefix="/v1/review", tag="review")

Tasks = Annotated[TaskService, Depends(service(TaskService))]

_CHANGES = (TaskNotFoundError, NotEditableError, TaskClaimedError)
_LEASE = (
    "A claim lasts 15 minutes after your last decision or claim. Meanwhile, nobody else decides on fields of the task. "
    "Send its `token` with your decisions: one that another claim has replaced is rejected."
)


async def _filters(
    *,
    state: Annotated[TaskState | None, Query(description="The state of the task.")] = None,
    schema: Annotated[Line | None, Query(description="The key of a schema.")] = None,
    document_id: Annotated[UUID | None, Query(description="Tasks of this document.")] = None,
    collection_id: Annotated[UUID | None, Query(description="Tasks of documents in this collection.")] = None,
    issuer_id: Annotated[UUID | None, Query(description="Tasks of documents of this issuer.")] = None,
    document_type: Annotated[Line | None, Query(description="Tasks of documents of this type.")] = None,
    assignee: Annotated[UUID | None, Query(description="Tasks that are assigned to this user.")] = None,
    whose: Annotated[
        Literal["mine", "free"] | None,
        Query(description="`mine`: assigned to you, or claimed by you. `free`: nobody has a claim."),
    ] = None,
    min_priority: Annotated[float, Query(ge=0, le=100, description="The least priority.")] = 0,
) -> TaskFilters:
    return TaskFilters(
        state=state,
        schema=schema,
        document_id=document_id,
        collection_id=collection_id,
        issuer_id=issuer_id,
        document_type=document_type,
        assignee=assignee,
        mine=whose == "mine",
        unclaimed=whose == "free",
        min_priority=min_priority,
    )


def _out(view: TaskView, principal: Principal, response: Response) -> TaskOut:
    response.headers["Cache-Control"] = "no-store"
    return TaskOut.of(view, principal)


@router.get(
    "/tasks",
    summary="List review tasks, the riskiest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError, SchemaNotFoundError),
)
def list_review_tasks(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    tasks: Tasks,
    page: RequestedPage,
    filters: Annotated[TaskFilters, Depends(_filters)],
) -> Page[TaskOut]:
    found = tasks.list_tasks(principal, page, filters)
    return page_out(request, response, found, lambda view: _out(view, principal, response), Page[TaskOut])


@router.post(
    "/tasks",
    status_code=201,
    summary="Queue the reading of a document's fields by a schema",
    description="Status 200, if the document's searchable version has a task for this schema already.",
    openapi_extra=needs(Permission.REVIEW_WRITE)
    | problems(DocumentNotFoundError, NotEditableError, SchemaNotFoundError, TaskNotOpenError),
)
def create_review_task(principal: CurrentPrincipal, tasks: Tasks, body: NewTaskIn, response: Response) -> TaskOut:
    view, is_new = tasks.create_task(principal, body.document_id, body.schema_)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/review/tasks/{view.row.id}"
    return _out(view, principal, response)


@router.post(
    "/tasks/claim-next",
    summary="Claim the riskiest free task that waits for you",
    description=f"Tasks that are assigned to you come first; those assigned to others are left out. {_LEASE}",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(TaskNotFoundError, TaskClaimedError, SchemaNotFoundError),
)
def claim_next_review_task(
    principal: CurrentPrincipal, tasks: Tasks, body: ClaimNextIn, response: Response
) -> ClaimedOut:
    filters = TaskFilters(schema=body.schema_, collection_id=body.collection_id, document_type=body.document_type)
    view = tasks.claim_next(principal, filters, release=body.release)
    response.headers["Cache-Control"] = "no-store"
    return ClaimedOut(task=None if view is None else _out(view, principal, response))


@router.get(
    "/tasks/{task_id}",
    summary="Get a review task",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(TaskNotFoundError),
)
def get_review_task(principal: CurrentPrincipal, tasks: Tasks, task_id: UUID, response: Response) -> TaskOut:
    return _out(tasks.get_task(principal, task_id), principal, response)


@router.post(
    "/tasks/{task_id}/claim",
    summary="Claim a review task, or extend your claim",
    description=_LEASE,
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(*_CHANGES, TaskNotOpenError),
)
def claim_review_task(principal: CurrentPrincipal, tasks: Tasks, task_id: UUID, response: Response) -> TaskOut:
    return _out(tasks.claim(principal, task_id), principal, response)


@router.post(
    "/tasks/{task_id}/release",
    summary="End the claim of a review task",
    description="Approvers may end the claim of another user.",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(*_CHANGES),
)
def release_review_task(principal: CurrentPrincipal, tasks: Tasks, task_id: UUID, response: Response) -> TaskOut:
    return _out(tasks.release(principal, task_id), principal, response)


@router.post(
    "/tasks/{task_id}/assign",
    summary="Assign a review task to a user, or to nobody",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(*_CHANGES, AssigneeError),
)
def assign_review_task(
    principal: CurrentPrincipal, tasks: Tasks, task_id: UUID, body: AssignmentIn, response: Response
) -> TaskOut:
    return _out(tasks.assign(principal, task_id, body.assignee), principal, response)


@router.post(
    "/tasks/{task_id}/retry",
    summary="Read the fields of a failed task again",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(*_CHANGES, TaskNotOpenError),
)
def retry_review_task(principal: CurrentPrincipal, tasks: Tasks, task_id: UUID, response: Response) -> TaskOut:
    return _out(tasks.retry(principal, task_id), principal, response)


@router.get(
    "/reviewers",
    summary="List the users who review",
    description="For editors, approvers, engineers, administrators and auditors; others get an empty list.",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def list_reviewers(principal: CurrentPrincipal, tasks: Tasks, response: Response) -> ReviewersOut:
    response.headers["Cache-Control"] = "no-store"
    return ReviewersOut(items=[ReviewerOut.of(each) for each in tasks.list_reviewers(principal)])

"""Pages of the editors' desk: the queue at `/review`, and the fields of a task beside its document at
`/review/tasks/{id}`.
"""

import json
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.http.text import Line
from app.review.earlier.schemas import EarlierOut
from app.review.earlier.service import EarlierService
from app.review.fields.schemas import FieldOut
from app.review.fields.service import FieldService
from app.review.tasks.schemas import TaskOut, TaskState
from app.review.tasks.service import TaskService
from app.review.tasks.views import TaskFilters
from app.web.access_pages import AccessDesk

Tasks = Annotated[TaskService, Depends(service(TaskService))]
Fields = Annotated[FieldService, Depends(service(FieldService))]
Earlier = Annotated[EarlierService, Depends(service(EarlierService))]

TASKS_A_PAGE = 50
_STATES = ("open", "queued", "reading", "failed", "done")


def review_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the queue and of a task."""
    router = APIRouter(prefix="/review", include_in_schema=False)

    @router.get("")
    def show_queue(
        request: Request,
        tasks: Tasks,
        state: Annotated[TaskState, Query()] = "open",
        schema: Annotated[Line | None, Query()] = None,
        whose: Annotated[Literal["mine", "free"] | None, Query()] = None,
        collection_id: Annotated[UUID | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            filters = TaskFilters(
                state=state,
                schema=schema,
                collection_id=collection_id,
                mine=whose == "mine",
                unclaimed=whose == "free",
            )
            found = tasks.list_tasks(principal, PageRequest(limit=TASKS_A_PAGE, cursor=cursor), filters)
            reviewers = tasks.list_reviewers(principal)
            chosen = {"state": state, "schema": schema, "whose": whose, "collection_id": collection_id}
            kept = {name: value for name, value in chosen.items() if value is not None}
            more = None if found.next_cursor is None else "?" + urlencode({**kept, "cursor": found.next_cursor})
            return desk.show(
                request,
                principal,
                "review.html",
                tasks=[TaskOut.of(view, principal) for view in found.items],
                people={reviewer.id: reviewer.name for reviewer in reviewers},
                reviewers=[reviewer for reviewer in reviewers if reviewer.is_active],
                chosen=chosen,
                states=_STATES,
                more=more,
                may_review=principal.may(Permission.REVIEW_WRITE),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/tasks/{task_id}")
    def show_task(request: Request, tasks: Tasks, fields: Fields, earlier: Earlier, task_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            task = TaskOut.of(tasks.get_task(principal, task_id), principal)
            found = [FieldOut.of(view) for view in fields.list_fields(principal, task_id)]
            people = {str(reviewer.id): reviewer.name for reviewer in tasks.list_reviewers(principal)}
            before = earlier.list_earlier(principal, task_id)
            return desk.show(
                request,
                principal,
                "review_task.html",
                task=task,
                has_fields=bool(found),
                may_review=principal.may(Permission.REVIEW_WRITE),
                data=data_block(
                    {
                        "task": task.model_dump(mode="json", by_alias=True),
                        "fields": [field.model_dump(mode="json") for field in found],
                        "earlier": [EarlierOut.of(each).model_dump(mode="json") for each in before],
                        "people": people,
                        "me": str(principal.user_id),
                        "may_review": principal.may(Permission.REVIEW_WRITE),
                        "may_approve": principal.may(Permission.REVIEW_APPROVE),
                    }
                ),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router


def data_block(value: object) -> str:
    """Return JSON that can stand in a `script` element: no text of it ends the element (HTML, section 4.12.1.3)."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")

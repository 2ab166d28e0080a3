"""The page of a review task: its fields beside its document, at `/review/tasks/{id}`."""

import json
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.review.earlier.schemas import EarlierOut
from app.review.earlier.service import EarlierService
from app.review.fields.schemas import FieldOut
from app.review.fields.service import FieldService
from app.review.learnt.schemas import LearntOut
from app.review.learnt.service import LearntService
from app.review.tasks.schemas import TaskOut
from app.review.tasks.service import TaskService
from app.web.access_pages import AccessDesk

Tasks = Annotated[TaskService, Depends(service(TaskService))]
Fields = Annotated[FieldService, Depends(service(FieldService))]
Learnt = Annotated[LearntService, Depends(service(LearntService))]
Earlier = Annotated[EarlierService, Depends(service(EarlierService))]


def review_pages(desk: AccessDesk) -> APIRouter:
    """Return the route of a task."""
    router = APIRouter(prefix="/review", include_in_schema=False)

    @router.get("/tasks/{task_id}")
    def show_task(
        request: Request, tasks: Tasks, fields: Fields, earlier: Earlier, learnt: Learnt, task_id: UUID
    ) -> Response:
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
                scope={"document_id": str(task.document.id), "schema": task.schema_.key},
                has_fields=bool(found),
                may_review=principal.may(Permission.REVIEW_WRITE),
                data=data_block(
                    {
                        "task": task.model_dump(mode="json", by_alias=True),
                        "fields": [field.model_dump(mode="json") for field in found],
                        "earlier": [EarlierOut.of(each).model_dump(mode="json") for each in before],
                        "people": people,
                        "learnt": _taught(map(LearntOut.of, learnt.list_learnt(principal, task_id=task_id).items)),
                        "me": str(principal.user_id),
                        "may_review": principal.may(Permission.REVIEW_WRITE),
                        "may_approve": principal.may(Permission.REVIEW_APPROVE),
                    }
                ),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router


def _taught(found: Iterable[LearntOut]) -> dict[str, list[str]]:
    """Return what the reader has learnt from fields, by their IDs, as sentences."""
    return {
        str(each.field_id): [lesson.sentence for lesson in each.lessons] for each in found if each.withdrawn_at is None
    }


def data_block(value: object) -> str:
    """Return JSON that can stand in a `script` element: no text of it ends the element (HTML, section 4.12.1.3)."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")

"""Pages of the review queue: the tasks at `/review`, and how far everything is at `/review/progress`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.http.text import Line
from app.review.mistakes.service import MistakeService
from app.review.models import ReviewView
from app.review.progress.schemas import AgreementsOut, DealOut, WorkloadOut
from app.review.progress.service import ProgressService
from app.review.saved.service import ViewService
from app.review.schemas.service import SchemaService
from app.review.tasks.schemas import TaskOut, TaskState
from app.review.tasks.service import TaskService
from app.review.tasks.views import TaskFilters
from app.web.access_pages import AccessDesk

Tasks = Annotated[TaskService, Depends(service(TaskService))]
Progress = Annotated[ProgressService, Depends(service(ProgressService))]
Mistakes = Annotated[MistakeService, Depends(service(MistakeService))]
Views = Annotated[ViewService, Depends(service(ViewService))]
Schemas = Annotated[SchemaService, Depends(service(SchemaService))]

TASKS_A_PAGE = 50
DAYS = 14
MOST_MISTAKES = 20
_STATES = ("open", "queued", "reading", "failed", "done")


def _filled(value: object) -> object:
    """A form sends an empty text for a choice that was not made."""
    return None if value == "" else value


Choice = BeforeValidator(_filled)


def queue_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the queue and of the progress."""
    router = APIRouter(prefix="/review", include_in_schema=False)

    @router.get("")
    def show_queue(
        request: Request,
        tasks: Tasks,
        progress: Progress,
        views: Views,
        schemas: Schemas,
        state: Annotated[TaskState, Query()] = "open",
        schema: Annotated[Line | None, Choice, Query()] = None,
        whose: Annotated[Literal["mine", "free"] | None, Choice, Query()] = None,
        collection_id: Annotated[UUID | None, Choice, Query()] = None,
        issuer_id: Annotated[UUID | None, Choice, Query()] = None,
        document_type: Annotated[Line | None, Choice, Query()] = None,
        assignee: Annotated[UUID | None, Choice, Query()] = None,
        min_priority: Annotated[float, Query(ge=0, le=100)] = 0,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            filters = TaskFilters(
                state=state,
                schema=schema,
                collection_id=collection_id,
                issuer_id=issuer_id,
                document_type=document_type,
                assignee=assignee,
                mine=whose == "mine",
                unclaimed=whose == "free",
                min_priority=min_priority,
            )
            found = tasks.list_tasks(principal, PageRequest(limit=TASKS_A_PAGE, cursor=cursor), filters)
            reviewers = tasks.list_reviewers(principal)
            deals = [DealOut.of(deal) for deal in progress.list_deals(principal)]
            chosen = {
                "state": state,
                "schema": schema,
                "whose": whose,
                "collection_id": collection_id,
                "issuer_id": issuer_id,
                "document_type": document_type,
                "assignee": assignee,
                "min_priority": min_priority or None,
            }
            kept = {name: str(value) for name, value in chosen.items() if value is not None}
            more = None if found.next_cursor is None else "?" + urlencode({**kept, "cursor": found.next_cursor})
            saved = [(view, view_query(view.filters)) for view in views.list_views(principal)]
            here = view_query(kept)
            return desk.show(
                request,
                principal,
                "review.html",
                tasks=[TaskOut.of(view, principal) for view in found.items],
                people={reviewer.id: reviewer.name for reviewer in reviewers},
                reviewers=[reviewer for reviewer in reviewers if reviewer.is_active],
                deals=deals,
                deal=next((deal for deal in deals if deal.collection_id == collection_id), None),
                schemas=schemas.list_schemas(principal).items,
                views=[(view, query, view.user_id == principal.user_id) for view, query in saved],
                own=_own_view(saved, principal, here),
                here=here,
                chosen=chosen,
                filters=kept,
                scope={name: kept[name] for name in ("schema", "collection_id", "document_type") if name in kept},
                is_plain=kept == {"state": "open"},
                states=_STATES,
                more=more,
                may_review=principal.may(Permission.REVIEW_WRITE),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/progress")
    def show_progress(request: Request, progress: Progress, mistakes: Mistakes) -> Response:
        def show(principal: Principal) -> Response:
            workload = progress.get_workload(principal, days=DAYS)
            load = WorkloadOut.of(workload)
            return desk.show(
                request,
                principal,
                "review_progress.html",
                deals=[DealOut.of(deal) for deal in progress.list_deals(principal)],
                people=load.people,
                throughput=load.days,
                agreement=AgreementsOut.of(progress.get_agreement(principal)),
                names={reviewer.id: reviewer.name for reviewer in workload.reviewers},
                days=DAYS,
                mistakes=mistakes.list_mistakes(principal)[:MOST_MISTAKES],
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router


def view_query(filters: Mapping[str, object]) -> str:
    """Return filters as the query of the queue's address, in one order for each set of filters."""
    return urlencode(sorted((name, str(value)) for name, value in {"state": "open", **filters}.items()))


def _own_view(saved: Sequence[tuple[ReviewView, str]], principal: Principal, here: str) -> ReviewView | None:
    return next((view for view, query in saved if query == here and view.user_id == principal.user_id), None)

"""Pages beside the queue: what the reader has learnt, mentions, and a task for a document that has none."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormField
from fastapi.responses import RedirectResponse, Response

from app.core.errors import InvalidInputError
from app.core.pagination import MAX_LIMIT, PageRequest
from app.core.principal import Permission, Principal
from app.documents.service import DocumentService
from app.http.dependencies import service
from app.review.comments.errors import MentionNotFoundError
from app.review.comments.mentions import MentionService
from app.review.learnt.schemas import LearntOut
from app.review.learnt.service import LearntService
from app.review.schemas.service import SchemaService
from app.review.tasks.service import TaskService
from app.web.access_pages import AccessDesk
from app.web.forms import REFUSALS, Form

Learnt = Annotated[LearntService, Depends(service(LearntService))]
Mentions = Annotated[MentionService, Depends(service(MentionService))]
Tasks = Annotated[TaskService, Depends(service(TaskService))]
Schemas = Annotated[SchemaService, Depends(service(SchemaService))]
Documents = Annotated[DocumentService, Depends(service(DocumentService))]
Token = Annotated[str, FormField(max_length=200)]
Line = Annotated[str, FormField(max_length=500)]
SchemaLine = Annotated[str, FormField(max_length=500, alias="schema")]
"""A field `schema`. A parameter of that name would hide a method of the model that FastAPI makes of the form."""

MENTIONS_A_PAGE = 50


def desk_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/review", include_in_schema=False)

    @router.get("/learnt")
    def show_learnt(
        request: Request, learnt: Learnt, tasks: Tasks, cursor: Annotated[str | None, Query(max_length=500)] = None
    ) -> Response:
        def show(principal: Principal) -> Response:
            found = learnt.list_learnt(principal, PageRequest(limit=MAX_LIMIT, cursor=cursor))
            return desk.show(
                request,
                principal,
                "review_learnt.html",
                learnt=[LearntOut.of(each) for each in found.items],
                more=found.next_cursor,
                people={reviewer.id: reviewer.name for reviewer in tasks.list_reviewers(principal)},
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("/learnt/{field_id}/withdrawal")
    def withdraw(request: Request, learnt: Learnt, field_id: UUID, form_token: Token = "") -> Response:
        def act(principal: Principal) -> Response:
            desk.check_form(request, form_token)
            learnt.withdraw(principal, field_id)
            return RedirectResponse(f"/review/learnt#{field_id}", status_code=303)

        return desk.answer(request, Permission.REVIEW_WRITE, act)

    @router.get("/mentions")
    def show_mentions(
        request: Request,
        mentions: Mentions,
        tasks: Tasks,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            page = PageRequest(limit=MENTIONS_A_PAGE)
            unread = mentions.list_mentions(principal, page, unread=True)
            read = mentions.list_mentions(principal, PageRequest(limit=MENTIONS_A_PAGE, cursor=cursor), unread=False)
            return desk.show(
                request,
                principal,
                "review_mentions.html",
                unread=[] if cursor else unread.items,
                more_unread=unread.next_cursor is not None,
                read=read.items,
                more=read.next_cursor,
                people={reviewer.id: reviewer.name for reviewer in tasks.list_reviewers(principal)},
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("/mentions")
    def read_mentions(
        request: Request,
        mentions: Mentions,
        comment_id: Annotated[list[UUID] | None, FormField(max_length=MENTIONS_A_PAGE)] = None,
        form_token: Token = "",
    ) -> Response:
        def act(principal: Principal) -> Response:
            desk.check_form(request, form_token)
            for each in comment_id or ():
                with suppress(MentionNotFoundError):
                    mentions.read(principal, each)
            return RedirectResponse("/review/mentions", status_code=303)

        return desk.answer(request, Permission.DOCUMENTS_READ, act)

    @router.get("/open")
    def show_open(
        request: Request,
        documents: Documents,
        schemas: Schemas,
        document_id: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        def show(principal: Principal) -> Response:
            return _show_open(desk, request, principal, documents, schemas, Form({"document_id": document_id}))

        return desk.answer(request, Permission.REVIEW_WRITE, show)

    @router.post("/open")
    def open_task(
        request: Request,
        documents: Documents,
        schemas: Schemas,
        tasks: Tasks,
        document_id: Line = "",
        schema_: SchemaLine = "",
        form_token: Token = "",
    ) -> Response:
        def act(principal: Principal) -> Response:
            desk.check_form(request, form_token)
            form = Form({"document_id": document_id, "schema": schema_})
            try:
                task, _ = tasks.create_task(principal, _parse_id(document_id), schema_)
            except REFUSALS as error:
                at = "schema" if error.code == "schema-not-found" else "document_id"
                return _show_open(desk, request, principal, documents, schemas, form.refuse(error, at=at))
            return RedirectResponse(f"/review/tasks/{task.row.id}", status_code=303)

        return desk.answer(request, Permission.REVIEW_WRITE, act)

    return router


def _show_open(
    desk: AccessDesk,
    request: Request,
    principal: Principal,
    documents: DocumentService,
    schemas: SchemaService,
    form: Form,
) -> Response:
    """Show the form: schemas for the document's type come first."""
    chosen = None
    with suppress(*REFUSALS):  # nothing was typed yet, or the form says what is wrong
        chosen = documents.get_document(principal, _parse_id(form.values["document_id"]))
    kind = None if chosen is None else chosen.document.document_type
    views = [view for view in schemas.list_schemas(principal).items if view.archived_at is None]
    views.sort(key=lambda view: (kind not in view.schema.document_types, view.schema.title))
    return desk.show_form(request, principal, "review_open.html", form, chosen=chosen, schemas=views, kind=kind)


def _parse_id(text: str) -> UUID:
    """Return the ID of a document. Raises InvalidInputError."""
    try:
        return UUID(text.strip().rpartition("/")[2])
    except ValueError as error:
        raise InvalidInputError("Enter the ID of a document, or the address of its page.") from error

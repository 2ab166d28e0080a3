"""The history of one document: its versions, its runs, who may read it, and what happened to it."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.access.reports.watch_schemas import ReaderOut
from app.access.reports.watching import WatchService
from app.audit.filters import EventFilters
from app.audit.log import AuditLog
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError
from app.documents.failures import find_remedy
from app.documents.service import DocumentService
from app.http.dependencies import service
from app.jobs.service import RunService
from app.web.access_pages import AccessDesk
from app.web.document_pages import ROWS_A_PAGE, Cursor, Documents, get_chosen, show_tab

Runs = Annotated[RunService, Depends(service(RunService))]
Watch = Annotated[WatchService, Depends(service(WatchService))]
Log = Annotated[AuditLog, Depends(service(AuditLog))]
RUNS_A_PAGE = 20
_UPLOADED = "documents.version.uploaded"
"""Every document has an event of this kind."""


def document_history_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/documents/{document_id}", include_in_schema=False)

    @router.get("/versions")
    def show_versions(request: Request, documents: Documents, document_id: UUID, cursor: Cursor = None) -> Response:
        def show(principal: Principal) -> Response:
            found = documents.list_versions(principal, document_id, PageRequest(limit=ROWS_A_PAGE, cursor=cursor))
            more = None if found.next_cursor is None else "?" + urlencode({"cursor": found.next_cursor})
            names = documents.name_uploaders(principal, {each.created_by for each in found.items})
            versions = found.items
            return show_tab(
                desk, request, documents, principal, document_id, "versions", versions=versions, names=names, more=more
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/runs")
    def show_runs(
        request: Request, documents: Documents, runs: Runs, document_id: UUID, cursor: Cursor = None
    ) -> Response:
        def show(principal: Principal) -> Response:
            get_chosen(documents, principal, document_id)
            page = PageRequest(limit=RUNS_A_PAGE, cursor=cursor)
            listed = runs.list_runs(principal, page, document_id=document_id)
            whole = runs.find_runs(principal, [each.id for each in listed.items])
            more = None if listed.next_cursor is None else "?" + urlencode({"cursor": listed.next_cursor})
            shown = [whole.get(each.id, each) for each in listed.items]
            remedies = {each.id: find_remedy(each.error_code) for each in shown if each.error_code}
            return show_tab(
                desk, request, documents, principal, document_id, "runs", runs=shown, remedies=remedies, more=more
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/access")
    def show_access(
        request: Request, documents: Documents, watch: Watch, document_id: UUID, cursor: Cursor = None
    ) -> Response:
        def show(principal: Principal) -> Response:
            found = watch.list_readers(principal, document_id, PageRequest(limit=ROWS_A_PAGE, cursor=cursor))
            more = None if found.next_cursor is None else "?" + urlencode({"cursor": found.next_cursor})
            readers = [ReaderOut.of(each) for each in found.items]
            return _show_report(desk, request, documents, principal, document_id, "access", readers=readers, more=more)

        return desk.answer(request, Permission.ACCESS_EXPLAIN, show)

    @router.get("/activity")
    def show_activity(
        request: Request, documents: Documents, log: Log, document_id: UUID, cursor: Cursor = None
    ) -> Response:
        def show(principal: Principal) -> Response:
            filters = EventFilters(object_type="document", object_id=str(document_id))
            found = log.list_events(principal, PageRequest(limit=ROWS_A_PAGE, cursor=cursor), filters)
            more = None if found.next_cursor is None else "?" + urlencode({"cursor": found.next_cursor})
            uploads = EventFilters(action=_UPLOADED, object_type="document", object_id=str(document_id))
            if not log.list_events(principal, PageRequest(limit=1), uploads).items:
                raise DocumentNotFoundError  # a refused request for an absent document is an event, too
            names = documents.name_uploaders(principal, {each.event.actor_id for each in found.items})
            return _show_report(
                desk, request, documents, principal, document_id, "activity", events=found.items, names=names, more=more
            )

        return desk.answer(request, Permission.AUDIT_READ, show)

    return router


def _show_report(
    desk: AccessDesk,
    request: Request,
    documents: DocumentService,
    principal: Principal,
    document_id: UUID,
    tab: str,
    **values: object,
) -> Response:
    """Return a page for administrators and auditors. They need no grant on the document, but see its title only with
    one.
    """
    try:
        return show_tab(desk, request, documents, principal, document_id, tab, **values)
    except DocumentNotFoundError:
        unseen = {"id": document_id, "title": f"Document {document_id}"}
        return desk.show(request, principal, f"document_{tab}.html", document=unseen, tab=tab, **values)

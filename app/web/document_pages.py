"""The pages of one document at `/documents/{id}`: overview, outline and tables. `document_figure_pages`,
`document_history_pages` and `document_change_pages` have the others.
"""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.access.collections.service import AccessService
from app.access.errors import CollectionNotFoundError
from app.access.reports.watching import WatchService
from app.audit.log import AuditLog
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError
from app.documents.failures import find_remedy
from app.documents.schemas import DocumentOut
from app.documents.service import ChosenDocument, DocumentService
from app.facts.grid_periods import Periods
from app.facts.service import FactService
from app.http.dependencies import service
from app.jobs.service import RunService
from app.library.service import LibraryService
from app.retrieval.reading.service import ReadingService
from app.review.fields.service import FieldService
from app.review.tasks.service import TaskService
from app.tables.service import TableService
from app.web.access_pages import AccessDesk

Documents = Annotated[DocumentService, Depends(service(DocumentService))]
Access = Annotated[AccessService, Depends(service(AccessService))]
Library = Annotated[LibraryService, Depends(service(LibraryService))]
Reading = Annotated[ReadingService, Depends(service(ReadingService))]
Tables = Annotated[TableService, Depends(service(TableService))]
Facts = Annotated[FactService, Depends(service(FactService))]
Tasks = Annotated[TaskService, Depends(service(TaskService))]
Fields = Annotated[FieldService, Depends(service(FieldService))]
Runs = Annotated[RunService, Depends(service(RunService))]
Watch = Annotated[WatchService, Depends(service(WatchService))]
Log = Annotated[AuditLog, Depends(service(AuditLog))]
Cursor = Annotated[str | None, Query(max_length=500)]

ROWS_A_PAGE = 50
RUNS_A_PAGE = 20
_SCALES = {3: "thousands", 6: "millions", 9: "billions"}
PERIOD_TITLES = {Periods.ANNUAL: "Years", Periods.QUARTERLY: "Quarters", Periods.YEAR_TO_DATE: "Year to date"}
READ_FIELDS = {
    "title": "Title",
    "issuer": "Issuer",
    "document_type": "Type",
    "fiscal_year": "Fiscal year",
    "fiscal_period": "Period",
    "period_end": "Period end",
    "filing_date": "Filed",
    "currency": "Currency",
    "scale": "Scale",
}
"""The fields of the overview that are read from the file, with their titles."""


def get_chosen(documents: DocumentService, principal: Principal, document_id: UUID) -> ChosenDocument:
    """Return a document with the principal's rights. Raises DocumentNotFoundError."""
    found = documents.list_chosen(principal, [document_id])
    if not found:
        raise DocumentNotFoundError
    return found[0]


def ask_address(document_id: UUID) -> str:
    """Return the address that asks about one document."""
    return f"/ask?document_ids={document_id}"


def find_collection(access: AccessService, principal: Principal, collection_id: UUID) -> str | None:
    """Return a collection's name; None for a principal who may read the document, but not its collection."""
    try:
        return access.get_collection(principal, collection_id).name
    except CollectionNotFoundError:
        return None


def overview_values(principal: Principal, chosen: ChosenDocument, access: AccessService) -> dict[str, object]:
    """Return what the overview shows, besides its form."""
    document = DocumentOut.of(chosen.view)
    return {
        "document": document,
        "tab": "overview",
        "chosen": chosen,
        "letter": chosen.view.dead_letter,
        "remedy": None if document.failure is None else find_remedy(document.failure.code),
        "collection": find_collection(access, principal, document.collection_id),
        "issuer_id": chosen.view.document.issuer_id,
        "fields": READ_FIELDS,
        "ask": ask_address(document.id),
    }


def show_tab(
    desk: AccessDesk,
    request: Request,
    documents: DocumentService,
    principal: Principal,
    document_id: UUID,
    tab: str,
    **values: object,
) -> Response:
    """Return the page of a tab. Raises DocumentNotFoundError."""
    chosen = get_chosen(documents, principal, document_id)
    shown = {"document": DocumentOut.of(chosen.view), "chosen": chosen, "tab": tab, **values}
    return desk.show(request, principal, f"document_{tab}.html", **shown, ask=ask_address(document_id))


def document_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/documents/{document_id}", include_in_schema=False)

    @router.get("")
    def show_overview(
        request: Request,
        documents: Documents,
        access: Access,
        document_id: UUID,
        done: Annotated[str, Query(max_length=20)] = "",
    ) -> Response:
        def show(principal: Principal) -> Response:
            documents.get_document(principal, document_id)  # records the read
            chosen = get_chosen(documents, principal, document_id)
            said = {"saved": "The changes are saved.", "retried": "The document is read again now."}.get(done, "")
            values = overview_values(principal, chosen, access)
            return desk.show(request, principal, "document_overview.html", **values, said=said)

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/outline")
    def show_outline(request: Request, documents: Documents, reading: Reading, document_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            outline = reading.get_outline(principal, document_id, None)
            return show_tab(desk, request, documents, principal, document_id, "outline", outline=outline)

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/tables")
    def show_tables(
        request: Request,
        documents: Documents,
        tables: Tables,
        document_id: UUID,
        q: Annotated[str, Query(max_length=200)] = "",
        cursor: Cursor = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            page = PageRequest(limit=ROWS_A_PAGE, cursor=cursor)
            found = tables.list_tables(principal, document_id, None, page, words=q or None)
            more = None if found.next_cursor is None else "?" + urlencode({"q": q, "cursor": found.next_cursor})
            return show_tab(
                desk, request, documents, principal, document_id, "tables", tables=found.items, q=q, more=more
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router

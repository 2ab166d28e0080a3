"""The figures of one document: its statements, and the fields that were read for review."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.core.errors import NotFoundError
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.documents.metadata import FiscalPeriod
from app.documents.models import Document
from app.facts.filters import FactFilter
from app.facts.grid_periods import Periods
from app.facts.model import StatementKind
from app.facts.printing import STATEMENT_NAMES, period_name
from app.facts.service import FactService
from app.http.dependencies import service
from app.review.fields.schemas import FieldOut
from app.review.fields.service import FieldService
from app.review.tasks.service import TaskService
from app.review.tasks.views import TaskFilters
from app.web.access_pages import AccessDesk
from app.web.document_pages import ROWS_A_PAGE, Documents, get_chosen, show_tab
from app.web.fact_pages import COLUMNS, show_rows, usual_unit

Facts = Annotated[FactService, Depends(service(FactService))]
Tasks = Annotated[TaskService, Depends(service(TaskService))]
Fields = Annotated[FieldService, Depends(service(FieldService))]
_SCALES = {3: "thousands", 6: "millions", 9: "billions"}
PERIOD_TITLES = {Periods.ANNUAL: "Years", Periods.QUARTERLY: "Quarters", Periods.YEAR_TO_DATE: "Year to date"}


def document_figure_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/documents/{document_id}", include_in_schema=False)

    @router.get("/statements")
    def show_statements(
        request: Request,
        documents: Documents,
        facts: Facts,
        document_id: UUID,
        statement: Annotated[StatementKind, Query()] = StatementKind.INCOME,
        periods: Annotated[Periods | None, Query()] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            row = get_chosen(documents, principal, document_id).view.document
            of = periods or _usual_periods(row)
            return show_tab(
                desk,
                request,
                documents,
                principal,
                document_id,
                "statements",
                statement=statement,
                statements=STATEMENT_NAMES,
                periods=of,
                period_names=PERIOD_TITLES,
                issuer_id=row.issuer_id,
                **_read_grid(facts, principal, row, statement, of),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/fields")
    def show_fields(
        request: Request,
        documents: Documents,
        tasks: Tasks,
        fields: Fields,
        document_id: UUID,
        task: Annotated[UUID | None, Query()] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            get_chosen(documents, principal, document_id)
            listed = tasks.list_tasks(principal, PageRequest(limit=ROWS_A_PAGE), TaskFilters(document_id=document_id))
            found = sorted(listed.items, key=lambda each: (not each.is_current, each.schema_title))
            shown = next((each for each in found if each.row.id == task), found[0] if found else None)
            views = [] if shown is None else fields.list_fields(principal, shown.row.id)
            read = [FieldOut.of(view) for view in views]
            return show_tab(
                desk, request, documents, principal, document_id, "fields", tasks=found, task=shown, read=read
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router


def _usual_periods(row: Document) -> Periods:
    """Return the periods that the document reports."""
    is_quarterly = row.fiscal_period not in (None, FiscalPeriod.FY)
    return Periods.QUARTERLY if is_quarterly else Periods.ANNUAL


def _read_grid(
    facts: FactService, principal: Principal, row: Document, statement: StatementKind, periods: Periods
) -> dict[str, object]:
    """Return the columns, rows and unit of a statement, from this document's figures only."""
    if row.issuer_id is None:
        return {"columns": [], "rows": [], "unit": ""}
    wanted = FactFilter(statements=(statement,), document_ids=(row.id,))
    try:
        view = facts.get_statements(principal, str(row.issuer_id), wanted)
    except NotFoundError:  # none of the issuer's documents has facts
        return {"columns": [], "rows": [], "unit": ""}
    (grid,) = view.build(periods, COLUMNS)
    scale, currency = usual_unit(grid)
    return {
        "columns": [(period_name(column.fiscal), column.end) for column in grid.columns],
        "rows": show_rows(grid),
        "unit": " ".join(filter(None, (currency, _SCALES.get(scale)))),
    }

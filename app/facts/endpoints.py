"""The ledger: facts at `/v1/facts`, and statements of issuers at `/v1/issuers/{id}/statements`."""

import hashlib
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.documents.pages.endpoints import REVALIDATE
from app.facts.errors import FactFilterError, StatementsTooLargeError
from app.facts.filters import FactFilter
from app.facts.grid_periods import Periods
from app.facts.model import FactStatus, Method, StatementKind
from app.facts.printing import write_csv
from app.facts.schemas import FactOut, StatementsOut
from app.facts.service import FactService
from app.http.conditional import matches
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.issuers.errors import IssuerAmbiguousError, IssuerNotFoundError

router = api_router(prefix="/v1", tag="facts")

Facts = Annotated[FactService, Depends(service(FactService))]
FiscalPart = Literal["FY", "H1", "9M", "Q1", "Q2", "Q3", "Q4"]
Statements = Annotated[
    tuple[StatementKind, ...], Query(alias="statement", max_length=9, description="Kinds of statement.")
]

EndFrom = Annotated[date | None, Query(description="Periods that end on this day or later.")]
EndTo = Annotated[date | None, Query(description="Periods that end on this day or earlier.")]

PRIMARY = (
    StatementKind.INCOME,
    StatementKind.COMPREHENSIVE_INCOME,
    StatementKind.BALANCE,
    StatementKind.CASH_FLOW,
    StatementKind.EQUITY,
)
"""The statements of a request that names none (Regulation S-X, 17 CFR 210.3-01 to 3-04)."""

_NAMES = "The issuer's ID, its name in any spelling, its CIK, LEI or ticker, or a short form that no other issuer has."
_CSV = "text/csv"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WRITING = 2
"""A version number in the tags of statements. Increment it when the writing of statements changes."""

_FACTS_NOTE = (
    "Facts of the searchable versions, those of the newest document first, in the document's order. All conditions "
    "must hold; of a condition that is given several times, one value is enough. A page may have fewer facts than "
    "`limit` although `next_cursor` continues. A version that was published before Footnote stored facts has none: its "
    "`fact_count` is null. Upload the same file to the same collection again to have them read."
)
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The content with the tag in If-None-Match is still current"}
}


def _filter(
    *,
    document_id: Annotated[UUID | None, Query(description="Facts of this document.")] = None,
    item: Annotated[tuple[Line, ...], Query(max_length=20, description="Standard items.")] = (),
    concept: Annotated[tuple[Line, ...], Query(max_length=20, description="Concepts.")] = (),
    q: Annotated[Line | None, Query(description="Words of the row's labels, in any case.")] = None,
    statement: Statements = (),
    end_from: EndFrom = None,
    end_to: EndTo = None,
    fiscal_year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    fiscal_part: Annotated[FiscalPart | None, Query(description="A part of the fiscal year.")] = None,
    method: Annotated[Method | None, Query(description="How the fact was read.")] = None,
    min_confidence: Annotated[float, Query(ge=0, le=1)] = 0,
    status: Annotated[FactStatus | None, Query(description="The editors' status.")] = None,
    member: Annotated[
        tuple[Line, ...], Query(max_length=5, description="Members of dimensions that a fact has, such as a segment.")
    ] = (),
    consolidated: Annotated[bool, Query(description="Only facts of the whole group, without dimensions.")] = False,
) -> FactFilter:
    """Return the filter of a request. Raises FactFilterError."""
    if member and consolidated:
        raise FactFilterError
    return FactFilter(
        document_ids=() if document_id is None else (document_id,),
        items=tuple(item),
        concepts=tuple(concept),
        words=() if q is None else tuple(q.split()),
        statements=tuple(statement),
        first_end=end_from,
        last_end=end_to,
        fiscal_year=fiscal_year,
        fiscal_part=fiscal_part,
        method=method,
        least_confidence=min_confidence,
        status=status,
        members=tuple(member) or (() if consolidated else None),
    )


@router.get(
    "/facts",
    summary="List facts",
    description=_FACTS_NOTE,
    response_model=Page[FactOut],
    responses=_NOT_MODIFIED,
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(InvalidCursorError, FactFilterError, IssuerNotFoundError, IssuerAmbiguousError),
)
def list_facts(
    request: Request,
    principal: CurrentPrincipal,
    facts: Facts,
    requested: RequestedPage,
    wanted: Annotated[FactFilter, Depends(_filter)],
    issuer: Annotated[Line | None, Query(description=_NAMES)] = None,
) -> Response:
    response = Response(media_type="application/json")
    page = page_out(
        request, response, facts.list_facts(principal, wanted, requested, issuer=issuer), FactOut.of, Page[FactOut]
    )
    response.body = page.model_dump_json().encode()
    return _conditional(request, response)


@router.get(
    "/issuers/{issuer_id}/statements",
    summary="Get statements of an issuer over periods and filings, as JSON, CSV or XLSX",
    description=(
        "Each statement as a grid: rows in the newest filing's order, fiscal periods as columns, newest first. The "
        "newest filing's figure is shown. `earlier` has the figures that it replaced, and `others` those of the same "
        "filing that disagree. Every figure has its document, page, table, row and column. CSV has one line per "
        "figure. XLSX has a sheet per statement, and one with all figures and their sources."
    ),
    response_model=StatementsOut,
    responses={
        200: {
            "content": {
                _CSV: {"schema": {"type": "string"}, "example": "Statement,Label\r\nIncome statement,Net sales\r\n"},
                _XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
            "description": "The statements: JSON, or a file in the requested format",
        },
        **_NOT_MODIFIED,
    },
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(IssuerNotFoundError, IssuerAmbiguousError, StatementsTooLargeError),
)
def get_statements(
    request: Request,
    principal: CurrentPrincipal,
    facts: Facts,
    issuer_id: Annotated[Line, Path(description=_NAMES)],
    statement: Statements = PRIMARY,
    periods: Annotated[Periods, Query(description="Which periods are columns.")] = Periods.ANNUAL,
    columns: Annotated[int, Query(ge=1, le=60, description="The most periods, newest first.")] = 8,
    end_from: EndFrom = None,
    end_to: EndTo = None,
    file_format: Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")] = "json",
) -> Response:
    kinds = tuple(dict.fromkeys(statement)) or PRIMARY
    wanted = FactFilter(statements=kinds, first_end=end_from, last_end=end_to)
    form = f"{'-'.join(kinds)}-{periods}-{columns}-{end_from}-{end_to}-{file_format}-{_WRITING}"
    view = facts.get_statements(principal, issuer_id, wanted, has=lambda tag: matches(request, f'"{tag}-{form}"'))
    headers = {"ETag": f'"{view.tag}-{form}"', "Cache-Control": REVALIDATE}
    if view.lines is None:
        return Response(status_code=304, headers=headers)
    grids = view.build(periods, columns)
    if file_format == "json":
        return Response(StatementsOut.write(view, grids, periods), media_type="application/json", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="statements.{file_format}"'
    if file_format == "csv":
        return Response(write_csv(grids), media_type=_CSV, headers=headers)
    from app.facts.workbook import write_workbook  # noqa: PLC0415 - slow to import, and few requests need it

    return Response(write_workbook(view.name, grids), media_type=_XLSX, headers=headers)


def _conditional(request: Request, response: Response) -> Response:
    """Set the tag of a response. Return 304 without a body if the client has it already."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if matches(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(response.body, media_type="application/json", headers={**_link(response), **headers})


def _link(response: Response) -> dict[str, str]:
    return {"Link": response.headers["Link"]} if "Link" in response.headers else {}

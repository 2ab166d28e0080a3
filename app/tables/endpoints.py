"""Tables of documents under `/v1/documents`: lists, and single tables as JSON, CSV and XLSX."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.documents.errors import DocumentNotFoundError, VersionNotFoundError
from app.documents.pages.endpoints import REVALIDATE
from app.http.conditional import matches
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.tables.errors import TableNotFoundError, TableTooLargeError
from app.tables.printing import write_csv
from app.tables.schemas import ListedTableOut, TableOut
from app.tables.service import TableService, TableView

router = api_router(prefix="/v1/documents", tag="documents")

Tables = Annotated[TableService, Depends(service(TableService))]
TableNumber = Annotated[int, Path(ge=1, le=1_000_000)]
OnPage = Annotated[int | None, Query(ge=1, le=1_000_000, description="Tables on this page.")]
TitleWords = Annotated[Line | None, Query(description="Words of the title, in any case.")]
FirstRow = Annotated[int, Query(ge=0, le=10_000_000, description="The first row of the response.")]
RowLimit = Annotated[int, Query(ge=1, le=5_000, description="The number of rows per response.")]

Format = Annotated[Literal["json", "csv", "xlsx"], Query(alias="format", description="The format of the response.")]

_CSV = "text/csv"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WRITING = 1
"""A version number in every table's tag. Increment it when the writing of tables changes."""

_ROWS_OF_A_RESPONSE = 1_000
_TABLE_PROBLEMS = (DocumentNotFoundError, VersionNotFoundError, TableNotFoundError, TableTooLargeError)
_LIST_NOTE = (
    "A version that was published before Footnote stored tables has none: its `table_count` is null. Upload the same "
    "file to the same collection again to have its tables read."
)


@router.get(
    "/{document_id}/tables",
    summary="List the tables of the searchable version",
    description=_LIST_NOTE,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError, InvalidCursorError),
)
def list_current_tables(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    tables: Tables,
    requested: RequestedPage,
    document_id: UUID,
    page: OnPage = None,
    q: TitleWords = None,
) -> Page[ListedTableOut]:
    found = tables.list_tables(principal, document_id, None, requested, on_page=page, words=q)
    return page_out(request, response, found, ListedTableOut.of, Page[ListedTableOut])


@router.get(
    "/{document_id}/versions/{version_id}/tables",
    summary="List the tables of a version",
    description=_LIST_NOTE,
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(DocumentNotFoundError, VersionNotFoundError, InvalidCursorError),
)
def list_tables(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    tables: Tables,
    requested: RequestedPage,
    document_id: UUID,
    version_id: UUID,
    page: OnPage = None,
    q: TitleWords = None,
) -> Page[ListedTableOut]:
    found = tables.list_tables(principal, document_id, version_id, requested, on_page=page, words=q)
    return page_out(request, response, found, ListedTableOut.of, Page[ListedTableOut])


_TABLE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            _CSV: {"schema": {"type": "string"}, "example": "Net sales,1250,1118\r\n"},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The table: JSON, or a file in the requested format",
    },
    304: {"description": "The table with the tag in If-None-Match is still current"},
}
_FORMATS_NOTE = (
    "JSON has the cells of `row_limit` rows from `first_row`, or of fewer rows if they have many cells; `next_row` is "
    "the next one. CSV and XLSX have the whole table, without columns in "
    "which no cell stands. CSV has the printed texts. XLSX has figures as numbers before their scale, and on a second "
    "sheet each cell with its printed text, value, unit, scale, period, page and place."
)


@router.get(
    "/{document_id}/tables/{number}",
    summary="Get a table of the searchable version as JSON, CSV or XLSX",
    description=_FORMATS_NOTE,
    response_model=TableOut,
    responses=_TABLE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_TABLE_PROBLEMS),
)
def get_current_table(
    request: Request,
    principal: CurrentPrincipal,
    tables: Tables,
    document_id: UUID,
    number: TableNumber,
    file_format: Format = "json",
    first_row: FirstRow = 0,
    row_limit: RowLimit = _ROWS_OF_A_RESPONSE,
) -> Response:
    view = tables.get_table(principal, document_id, None, number)
    return _respond(request, view, file_format, first_row, row_limit)


@router.get(
    "/{document_id}/versions/{version_id}/tables/{number}",
    summary="Get a table of a version as JSON, CSV or XLSX",
    description=_FORMATS_NOTE,
    response_model=TableOut,
    responses=_TABLE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_TABLE_PROBLEMS),
)
def get_table(
    request: Request,
    principal: CurrentPrincipal,
    tables: Tables,
    document_id: UUID,
    version_id: UUID,
    number: TableNumber,
    file_format: Format = "json",
    first_row: FirstRow = 0,
    row_limit: RowLimit = _ROWS_OF_A_RESPONSE,
) -> Response:
    view = tables.get_table(principal, document_id, version_id, number)
    return _respond(request, view, file_format, first_row, row_limit)


def _respond(request: Request, view: TableView, file_format: str, first_row: int, row_limit: int) -> Response:
    tag = f'"{view.tag}-{file_format}-{_WRITING}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if matches(request, tag):
        return Response(status_code=304, headers=headers)
    if file_format == "json":
        body = TableOut.of_rows(view, first_row, row_limit).model_dump_json()
        return Response(body, media_type="application/json", headers=headers)
    name = f"table-{view.stored.listed.number}.{file_format}"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if file_format == "csv":
        return Response(write_csv(view.read()), media_type=_CSV, headers=headers)
    from app.tables.workbook import write_workbook  # noqa: PLC0415 - slow to import, and few requests need it

    source = [("Document", str(view.version.document_id)), ("Version", str(view.version.id))]
    return Response(write_workbook(view.read(), source), media_type=_XLSX, headers=headers)

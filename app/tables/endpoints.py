"""Tables of documents under `/v1/documents`: lists and single tables."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError, VersionNotFoundError
from app.documents.pages.endpoints import REVALIDATE
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.tables.errors import TableNotFoundError
from app.tables.schemas import ListedTableOut, TableOut
from app.tables.service import TableService

router = api_router(prefix="/v1/documents", tag="documents")

Tables = Annotated[TableService, Depends(service(TableService))]
TableNumber = Annotated[int, Path(ge=1, le=1_000_000)]
OnPage = Annotated[int | None, Query(ge=1, le=1_000_000, description="Tables on this page.")]
TitleWords = Annotated[Line | None, Query(description="Words of the title, in any case.")]
FirstRow = Annotated[int, Query(ge=0, le=10_000_000, description="The first row of the response.")]
RowLimit = Annotated[int, Query(ge=1, le=5_000, description="The number of rows per response.")]

_ROWS_OF_A_RESPONSE = 1_000
_TABLE_PROBLEMS = (DocumentNotFoundError, VersionNotFoundError, TableNotFoundError)
_LIST_NOTE = (
    "A version that was published before Footnote stored tables has none: its `table_count` is null. Upload the file "
    "again as a new version to have its tables read."
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


@router.get(
    "/{document_id}/tables/{number}",
    summary="Get a table of the searchable version",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_TABLE_PROBLEMS),
)
def get_current_table(
    principal: CurrentPrincipal,
    tables: Tables,
    document_id: UUID,
    number: TableNumber,
    response: Response,
    first_row: FirstRow = 0,
    row_limit: RowLimit = _ROWS_OF_A_RESPONSE,
) -> TableOut:
    return _get_table(principal, tables, document_id, None, number, response, first_row, row_limit)


@router.get(
    "/{document_id}/versions/{version_id}/tables/{number}",
    summary="Get a table of a version",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_TABLE_PROBLEMS),
)
def get_table(
    principal: CurrentPrincipal,
    tables: Tables,
    document_id: UUID,
    version_id: UUID,
    number: TableNumber,
    response: Response,
    first_row: FirstRow = 0,
    row_limit: RowLimit = _ROWS_OF_A_RESPONSE,
) -> TableOut:
    return _get_table(principal, tables, document_id, version_id, number, response, first_row, row_limit)


def _get_table(
    principal: Principal,
    tables: TableService,
    document_id: UUID,
    version_id: UUID | None,
    number: int,
    response: Response,
    first_row: int,
    row_limit: int,
) -> TableOut:
    response.headers["Cache-Control"] = REVALIDATE
    return TableOut.of_rows(tables.get_table(principal, document_id, version_id, number), first_row, row_limit)

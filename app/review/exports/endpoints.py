"""Exports of fields at `/v1/exports`."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.public_address import PublicAddress
from app.http.routing import api_router, needs
from app.http.text import Line
from app.review.exports.errors import ExportTooLargeError
from app.review.exports.printing import write_fields_csv, write_grid_csv
from app.review.exports.rows import build_grid
from app.review.exports.schemas import ExportOut
from app.review.exports.service import ExportService
from app.review.schemas.errors import SchemaNotFoundError
from app.review.tasks.views import TaskFilters

router = api_router(prefix="/v1/exports", tag="exports")

_CSV = "text/csv"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARQUET = "application/vnd.apache.parquet"


Exports = Annotated[ExportService, Depends(service(ExportService))]
Address = Annotated[PublicAddress, Depends(service(PublicAddress))]

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            _CSV: {"schema": {"type": "string"}, "example": "Document,Issuer,Type\r\nCredit agreement,Juniper,\r\n"},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
            _PARQUET: {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The fields: JSON, or a file in the requested format",
    }
}


@router.get(
    "",
    summary="Export the fields of documents",
    description=(
        "The fields of the searchable versions of the documents that you may read: of one document, of a collection (a "
        "deal), or of all documents of a schema. An approved answer comes first; else what one person entered, or what "
        "the machine read. `standing` says which; workbooks mark what is not approved. Sources open the evidence in "
        "Footnote. In CSV, a text that a spreadsheet would run as a formula begins with an apostrophe. At most 2,000 "
        "tasks and 20,000 fields. Each export is audited."
    ),
    responses=_RESPONSES,
    response_model=ExportOut,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(SchemaNotFoundError, ExportTooLargeError),
)
def export_fields(
    principal: CurrentPrincipal,
    exports: Exports,
    address: Address,
    document_id: Annotated[UUID | None, Query(description="Fields of this document.")] = None,
    collection_id: Annotated[UUID | None, Query(description="Fields of documents in this collection.")] = None,
    issuer_id: Annotated[UUID | None, Query(description="Fields of documents of this issuer.")] = None,
    schema: Annotated[Line | None, Query(description="The key of a schema.")] = None,
    only_approved: Annotated[bool, Query(description="Leave out answers that are not approved.")] = False,
    layout: Annotated[
        Literal["grid", "fields"],
        Query(
            description="`grid`: a row per document, a column per field. `fields`: a row per field. JSON has both, and "
            "Parquet rows per field."
        ),
    ] = "grid",
    file_format: Annotated[Literal["json", "csv", "xlsx", "parquet"], Query(alias="format")] = "json",
) -> Response:
    filters = TaskFilters(document_id=document_id, collection_id=collection_id, issuer_id=issuer_id, schema=schema)
    rows = exports.list_rows(principal, filters, only_approved=only_approved, file_format=file_format)
    grid, base = build_grid(rows), address.base
    headers = {"Cache-Control": "no-store"}
    if file_format == "json":
        body = ExportOut.of(grid, base).model_dump_json()
        return Response(body, media_type="application/json", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="fields.{file_format}"'
    if file_format == "csv":
        text = write_grid_csv(grid, base) if layout == "grid" else write_fields_csv(rows, base)
        return Response(text, media_type=_CSV, headers=headers)
    if file_format == "parquet":
        from app.review.exports.parquet import write_parquet_file  # noqa: PLC0415 - few requests need the library

        return Response(write_parquet_file(rows, base), media_type=_PARQUET, headers=headers)
    from app.review.exports.workbook import write_workbook  # noqa: PLC0415 - slow to import, and few requests need it

    book = write_workbook(rows, grid if layout == "grid" else None, base)
    return Response(book, media_type=_XLSX, headers=headers)

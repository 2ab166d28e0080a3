"""The fields of a document at `/v1/documents/{document_id}/fields`."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.documents.errors import DocumentNotFoundError
from app.documents.pages.endpoints import REVALIDATE
from app.http.conditional import matches
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.review.fields.schemas import DocumentFieldOut
from app.review.fields.service import FieldService
from app.review.schemas.errors import SchemaNotFoundError

router = api_router(prefix="/v1/documents", tag="documents")

Fields = Annotated[FieldService, Depends(service(FieldService))]


@router.get(
    "/{document_id}/fields",
    summary="List the fields that were read from the searchable version",
    description="Of all schemas for the document's type, or of one. A field's `in_force` is the answer that the tenant "
    "stands behind; its `proposal` is what the machine read.",
    response_model=Page[DocumentFieldOut],
    responses={304: {"description": "The fields with the tag in If-None-Match are still current"}},
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(DocumentNotFoundError, SchemaNotFoundError, InvalidCursorError),
)
def list_document_fields(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    fields: Fields,
    document_id: UUID,
    requested: RequestedPage,
    schema: Annotated[Line | None, Query(description="The key of a schema.")] = None,
) -> Response:
    found = fields.list_of_document(principal, document_id, requested, schema=schema)
    page = page_out(request, response, found, DocumentFieldOut.of_document, Page[DocumentFieldOut])
    body = page.model_dump_json(by_alias=True).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if matches(request, tag):
        return Response(status_code=304, headers=headers)
    if "Link" in response.headers:
        headers["Link"] = response.headers["Link"]
    return Response(body, media_type="application/json", headers=headers)

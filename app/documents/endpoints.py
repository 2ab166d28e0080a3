"""`/v1/documents`: lists, metadata and files."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.concurrency import iterate_in_threadpool
from fastapi.responses import Response, StreamingResponse

from app.access.errors import CollectionNotFoundError, ContentExistsError, MoveLeavesBarrierError
from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission, Principal
from app.documents.errors import (
    DocumentNotFoundError,
    NotEditableError,
    VersionNotFoundError,
)
from app.documents.facets.endpoints import RequestedFilters
from app.documents.filters import SortOrder
from app.documents.pages.endpoints import REVALIDATE
from app.documents.schemas import DocumentChange, DocumentOut, VersionOut
from app.documents.service import DocumentService, FileView
from app.http.authority import while_authorised
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs

router = api_router(prefix="/v1/documents", tag="documents")

Documents = Annotated[DocumentService, Depends(service(DocumentService))]

_PIECE = 1024 * 1024
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "",
    summary="List documents, by default newest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_documents(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    documents: Documents,
    page: RequestedPage,
    filters: RequestedFilters,
    sort: Annotated[
        Literal["-added", "added", "-title", "title", "-issuer", "issuer", "-period", "period", "-filed", "filed"],
        Query(description="The order; `-` sorts descending. Documents without a value come last."),
    ] = "-added",
) -> Page[DocumentOut]:
    found = documents.list_documents(principal, page, filters, SortOrder.parse(sort))
    return page_out(request, response, found, DocumentOut.of, Page[DocumentOut])


@router.get(
    "/{document_id}",
    summary="Get a document",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError),
)
def get_document(
    principal: CurrentPrincipal, documents: Documents, document_id: UUID, response: Response
) -> DocumentOut:
    view = documents.get_document(principal, document_id)
    response.headers["ETag"] = etag(view.document.revision)
    return DocumentOut.of(view)


@router.patch(
    "/{document_id}",
    summary="Edit a document's metadata, or move the document",
    openapi_extra=needs(Permission.DOCUMENTS_WRITE)
    | problems(
        DocumentNotFoundError,
        CollectionNotFoundError,
        NotEditableError,
        MoveLeavesBarrierError,
        ContentExistsError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
def update_document(
    principal: CurrentPrincipal,
    documents: Documents,
    document_id: UUID,
    body: DocumentChange,
    response: Response,
    if_match: IfMatch = None,
) -> DocumentOut:
    fields = body.model_dump(exclude_unset=True)
    view = documents.update_document(principal, document_id, revision=parse_if_match(if_match), fields=fields)
    response.headers["ETag"] = etag(view.document.revision)
    return DocumentOut.of(view)


@router.delete(
    "/{document_id}",
    status_code=204,
    summary="Delete a document",
    openapi_extra=needs(Permission.DOCUMENTS_WRITE) | problems(DocumentNotFoundError, NotEditableError),
)
def delete_document(principal: CurrentPrincipal, documents: Documents, document_id: UUID) -> None:
    documents.delete_document(principal, document_id)


@router.get(
    "/{document_id}/versions",
    summary="List a document's versions, newest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError, InvalidCursorError),
)
def list_versions(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    documents: Documents,
    page: RequestedPage,
    document_id: UUID,
) -> Page[VersionOut]:
    found = documents.list_versions(principal, document_id, page)
    return page_out(request, response, found, VersionOut.of, Page[VersionOut])


@router.get(
    "/{document_id}/versions/{version_id}",
    summary="Get a version",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError, VersionNotFoundError),
)
def get_version(principal: CurrentPrincipal, documents: Documents, document_id: UUID, version_id: UUID) -> VersionOut:
    return VersionOut.of(documents.get_version(principal, document_id, version_id))


def _get_file(
    request: Request,
    documents: DocumentService,
    principal: Principal,
    document_id: UUID,
    version_id: UUID | None,
) -> Response:
    file = documents.get_file(principal, document_id, version_id)
    stack = ExitStack()
    stream = stack.enter_context(documents.open_file(file))

    def pieces() -> Iterator[bytes]:
        with stack:
            while piece := stream.read(_PIECE):
                yield piece

    checked = while_authorised(request, iterate_in_threadpool(pieces()))
    return StreamingResponse(checked, media_type="application/octet-stream", headers=_file_headers(file))


_FILE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": _BINARY}, "description": "The file"}
}


@router.get(
    "/{document_id}/file",
    summary="Download the original file of the searchable version",
    response_class=Response,
    responses=_FILE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError),
)
def get_current_file(
    request: Request, principal: CurrentPrincipal, documents: Documents, document_id: UUID
) -> Response:
    return _get_file(request, documents, principal, document_id, None)


@router.get(
    "/{document_id}/versions/{version_id}/file",
    summary="Download the original file of a version",
    response_class=Response,
    responses=_FILE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError, VersionNotFoundError),
)
def get_file(
    request: Request, principal: CurrentPrincipal, documents: Documents, document_id: UUID, version_id: UUID
) -> Response:
    return _get_file(request, documents, principal, document_id, version_id)


def _file_headers(file: FileView) -> dict[str, str]:
    """Send every file as an attachment (RFC 6266), so that no browser runs untrusted content on our origin."""
    plain = file.filename.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_").replace("%", "_")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.filename, safe='')}",
        "Content-Length": str(file.version.size_bytes),
        "ETag": f'"{file.version.content_sha256}"',
        "Cache-Control": REVALIDATE,
    }

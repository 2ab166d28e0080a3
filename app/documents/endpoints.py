"""`/v1/documents` and uploads into `/v1/collections/{id}/files`."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import ValidationError

from app.access.errors import CollectionNotFoundError, ContentExistsError, MoveLeavesBarrierError
from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission, Principal
from app.documents.errors import (
    DocumentNotFoundError,
    NotEditableError,
    UploadClearedError,
    UploadEmptyError,
    UploadIncompleteError,
    UploadMalformedError,
    UploadTooLargeError,
    VersionNotFoundError,
)
from app.documents.facets.endpoints import RequestedFilters
from app.documents.metadata import DocumentType
from app.documents.pages.endpoints import REVALIDATE
from app.documents.schemas import (
    DocumentChange,
    DocumentOut,
    Source,
    UploadedOut,
    UploadFields,
    VersionFields,
    VersionOut,
)
from app.documents.service import DocumentService, FileView
from app.documents.uploads.receiving import MULTIPART, receive_form, receive_raw
from app.documents.uploads.service import Uploaded, UploadedFile, UploadService
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, limited, service
from app.http.idempotency.keys import Idempotency, fingerprint
from app.http.idempotency.repeats import REPEATED
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import UPLOAD, api_router, needs
from app.http.text import LINE_PATTERN, Line

router = api_router(prefix="/v1/documents", tag="documents")
files = api_router(prefix="/v1/collections", tag="documents")

Documents = Annotated[DocumentService, Depends(service(DocumentService))]
Uploads = Annotated[UploadService, Depends(service(UploadService))]

_FORM_OVERHEAD = 64 * 1024
_Fields = TypeVar("_Fields", bound=VersionFields)

_PIECE = 256 * 1024
_UPLOAD_PROBLEMS = (
    UploadEmptyError,
    UploadMalformedError,
    UploadIncompleteError,
    UploadTooLargeError,
    UploadClearedError,
    NotEditableError,
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


_FIELD_EXAMPLES = {"collection": "Filings", "title": "Annual report 2025", "source": "Issuer website"}


def _multipart(fields: dict[str, str], required: list[str]) -> dict[str, Any]:
    line = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": LINE_PATTERN}
    properties: dict[str, Any] = {
        name: {**line, "description": words, "examples": [_FIELD_EXAMPLES.get(name, "the password of the file")]}
        for name, words in fields.items()
    }
    if "document_type" in properties:
        properties["document_type"] = {
            "type": "string",
            "enum": [*DocumentType],
            "description": properties["document_type"]["description"],
        }
    properties["file"] = {"type": "string", "format": "binary", "description": "The file, streamed."}
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {MULTIPART: {"schema": schema}}}, UPLOAD: True}


_FIELDS = {
    "title": "Title of the document.",
    "document_type": "Document type; decides which entitlement packs give access. If omitted, it is read from the file "
    "and gives no access through packs.",
    "source": "Source of the document, as named in entitlement packs (up to 100 characters).",
    "password": "Password of an encrypted file; stored encrypted.",
}
_UPLOAD_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": UploadedOut, "description": "The file was already stored; its metadata does not change"},
    202: {"model": UploadedOut, "description": "The file is stored; Location has the ingestion run that reads it"},
}


@router.post(
    "",
    status_code=202,
    summary="Upload a file as multipart/form-data",
    response_model=UploadedOut,
    responses=_UPLOAD_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_WRITE)
    | _multipart({"collection": "Id or name of the collection.", **_FIELDS}, ["collection", "file"])
    | problems(*_UPLOAD_PROBLEMS, CollectionNotFoundError),
    dependencies=[Depends(limited("uploads"))],
)
async def upload_document(
    request: Request,
    principal: CurrentPrincipal,
    uploads: Uploads,
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    _check_length(request, uploads)
    with ExitStack() as stack:
        writer = await run_in_threadpool(stack.enter_context, uploads.open_writer(principal))
        form = await receive_form(_pieces(request), content_type, writer, run_in_threadpool, max_parts=8)
        fields = _parse_fields(UploadFields, form.fields)
        if fields.collection is None:
            raise UploadIncompleteError
        collection_id = await run_in_threadpool(uploads.check_collection, principal, fields.collection)
        blob = await run_in_threadpool(writer.commit)
    file = UploadedFile(
        blob,
        form.filename or "",
        title=fields.title,
        password=fields.password,
        source=fields.source,
        document_type=fields.document_type,
    )
    return await _answer(
        request, principal, file, uploads, lambda: uploads.add_document(principal, collection_id, file)
    )


@router.post(
    "/{document_id}/versions",
    status_code=202,
    summary="Upload a new version of a document as multipart/form-data",
    response_model=UploadedOut,
    responses=_UPLOAD_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_WRITE)
    | _multipart({"password": _FIELDS["password"]}, ["file"])
    | problems(*_UPLOAD_PROBLEMS, DocumentNotFoundError, ContentExistsError),
    dependencies=[Depends(limited("uploads"))],
)
async def upload_version(
    request: Request,
    principal: CurrentPrincipal,
    uploads: Uploads,
    document_id: UUID,
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    await run_in_threadpool(uploads.check_document, principal, document_id)
    _check_length(request, uploads)
    with ExitStack() as stack:
        writer = await run_in_threadpool(stack.enter_context, uploads.open_writer(principal))
        form = await receive_form(_pieces(request), content_type, writer, run_in_threadpool, max_parts=8)
        fields = _parse_fields(VersionFields, form.fields)
        blob = await run_in_threadpool(writer.commit)
    file = UploadedFile(blob, form.filename or "", password=fields.password)
    return await _answer(request, principal, file, uploads, lambda: uploads.add_version(principal, document_id, file))


@files.put(
    "/{collection_id}/files/{filename}",
    status_code=202,
    summary="Upload a file as the request body",
    response_model=UploadedOut,
    responses=_UPLOAD_RESPONSES,
    openapi_extra={
        **needs(Permission.DOCUMENTS_WRITE),
        "requestBody": {"required": True, "content": {"application/octet-stream": {**_BINARY}}},
        UPLOAD: True,
        **problems(*_UPLOAD_PROBLEMS, CollectionNotFoundError),
    },
    dependencies=[Depends(limited("uploads"))],
)
async def put_file(
    request: Request,
    principal: CurrentPrincipal,
    uploads: Uploads,
    collection_id: UUID,
    filename: Annotated[Line, Path(examples=["annual-report.pdf"])],
    source: Annotated[Source | None, Query(description=_FIELDS["source"])] = None,
    document_type: Annotated[DocumentType | None, Query(description=_FIELDS["document_type"])] = None,
) -> Response:
    await run_in_threadpool(uploads.check_collection, principal, str(collection_id))
    _check_length(request, uploads)
    with ExitStack() as stack:
        writer = await run_in_threadpool(stack.enter_context, uploads.open_writer(principal))
        await receive_raw(_pieces(request), writer, run_in_threadpool)
        blob = await run_in_threadpool(writer.commit)
    file = UploadedFile(blob, filename, source=source, document_type=document_type)
    return _uploaded(await run_in_threadpool(uploads.add_document, principal, collection_id, file))


@router.get(
    "",
    summary="List documents, newest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_documents(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    documents: Documents,
    page: RequestedPage,
    filters: RequestedFilters,
) -> Page[DocumentOut]:
    found = documents.list_documents(principal, page, filters)
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


def _get_file(documents: DocumentService, principal: Principal, document_id: UUID, version_id: UUID | None) -> Response:
    file = documents.get_file(principal, document_id, version_id)
    stack = ExitStack()
    stream = stack.enter_context(documents.open_file(file))

    def pieces() -> Iterator[bytes]:
        with stack:
            while piece := stream.read(_PIECE):
                yield piece

    return StreamingResponse(pieces(), media_type="application/octet-stream", headers=_file_headers(file))


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
def get_current_file(principal: CurrentPrincipal, documents: Documents, document_id: UUID) -> Response:
    return _get_file(documents, principal, document_id, None)


@router.get(
    "/{document_id}/versions/{version_id}/file",
    summary="Download the original file of a version",
    response_class=Response,
    responses=_FILE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(DocumentNotFoundError, VersionNotFoundError),
)
def get_file(principal: CurrentPrincipal, documents: Documents, document_id: UUID, version_id: UUID) -> Response:
    return _get_file(documents, principal, document_id, version_id)


def _check_length(request: Request, uploads: UploadService) -> None:
    """Reject a body whose Content-Length is too large, before reading it."""
    declared = request.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > uploads.max_bytes + _FORM_OVERHEAD:
        raise UploadTooLargeError(extra={"max_bytes": uploads.max_bytes}, headers={"Connection": "close"})


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece


def _parse_fields(kind: type[_Fields], fields: dict[str, str]) -> _Fields:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError([{**found, "loc": ("body", *found["loc"])} for found in error.errors()]) from error


async def _answer(
    request: Request, principal: Principal, file: UploadedFile, uploads: UploadService, add: Callable[[], Uploaded]
) -> Response:
    idempotency: Idempotency = request.app.state.idempotency
    password = await run_in_threadpool(uploads.digest_password, principal, file)
    parts = [file.blob.digest, file.filename, file.title or "", file.source or "", password]
    if file.document_type is not None:
        parts.append(file.document_type)

    async def handle() -> Response:
        return _uploaded(await run_in_threadpool(add))

    digest = fingerprint(request, *(part.encode() for part in parts))
    response = await idempotency.run(request, principal, digest, handle)
    if REPEATED in response.headers:  # the replayed response describes a document: check that it is still accessible
        replayed = json.loads(bytes(response.body))
        await run_in_threadpool(uploads.check_repeated, principal, UUID(replayed["document"]["id"]))
    return response


def _uploaded(uploaded: Uploaded) -> Response:
    headers = {"ETag": etag(uploaded.document.revision)}
    if uploaded.run is not None:
        headers["Location"] = f"/v1/runs/{uploaded.run.id}"
    body = UploadedOut.of(uploaded).model_dump(mode="json")
    return JSONResponse(body, status_code=202 if uploaded.is_new else 200, headers=headers)


def _file_headers(file: FileView) -> dict[str, str]:
    """Send every file as an attachment (RFC 6266), so that no browser runs untrusted content on our origin."""
    plain = file.filename.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_").replace("%", "_")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.filename, safe='')}",
        "Content-Length": str(file.version.size_bytes),
        "ETag": f'"{file.version.content_sha256}"',
        "Cache-Control": REVALIDATE,
    }

"""Uploads into `/v1/documents` and `/v1/collections/{id}/files`."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from app.access.errors import CollectionNotFoundError, ContentExistsError
from app.core.principal import Permission, Principal
from app.documents.errors import (
    DocumentNotFoundError,
    NotEditableError,
    UploadClearedError,
    UploadEmptyError,
    UploadIncompleteError,
    UploadMalformedError,
    UploadTooLargeError,
)
from app.documents.metadata import DocumentType
from app.documents.schemas import Source
from app.documents.uploads.receiving import MULTIPART, Form, receive_form, receive_raw
from app.documents.uploads.schemas import UploadedOut, UploadFields, VersionFields
from app.documents.uploads.service import Uploaded, UploadedFile, UploadService
from app.http.conditional import etag
from app.http.dependencies import CurrentPrincipal, limited, service
from app.http.idempotency.keys import Idempotency, fingerprint
from app.http.idempotency.repeats import REPEATED
from app.http.openapi.document import problems
from app.http.routing import UPLOAD, api_router, needs
from app.http.text import LINE_PATTERN, Line
from app.http.transfers import UPLOAD_PROBLEMS, Transfers
from app.jobs.plan import Priority
from app.storage.errors import StorageFullError
from app.storage.port import BlobWriter, StoredBlob

router = api_router(prefix="/v1/documents", tag="documents")
files = api_router(prefix="/v1/collections", tag="documents")

Uploads = Annotated[UploadService, Depends(service(UploadService))]

_FORM_OVERHEAD = 64 * 1024
_Fields = TypeVar("_Fields", bound=VersionFields)
_Read = TypeVar("_Read")
_Checked = TypeVar("_Checked")
_UPLOAD_PROBLEMS = (
    UploadEmptyError,
    UploadMalformedError,
    UploadIncompleteError,
    UploadTooLargeError,
    StorageFullError,
    UploadClearedError,
    NotEditableError,
    *UPLOAD_PROBLEMS,
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


_FIELD_EXAMPLES = {"collection": "Filings", "title": "Annual report 2025", "source": "Issuer website"}


def _multipart(fields: dict[str, str], required: list[str]) -> dict[str, Any]:
    line = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": LINE_PATTERN}
    properties: dict[str, Any] = {
        name: {**line, "description": words, "examples": [_FIELD_EXAMPLES.get(name, "the password of the file")]}
        for name, words in fields.items()
    }
    for name, values in {"document_type": [*DocumentType], "priority": [*Priority]}.items():
        if name in properties:
            properties[name] = {"type": "string", "enum": values, "description": properties[name]["description"]}
    properties["file"] = {"type": "string", "format": "binary", "description": "The file, streamed."}
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {MULTIPART: {"schema": schema}}}, UPLOAD: True}


_FIELDS = {
    "title": "Title of the document.",
    "document_type": "Document type; decides which entitlement packs give access. If omitted, it is read from the file "
    "and gives no access through packs.",
    "source": "Source of the document, as named in entitlement packs (up to 100 characters).",
    "password": "Password of an encrypted file; stored encrypted.",
    "priority": "Which of your organisation's files are read first: `interactive` if a user waits for this file, "
    "`bulk` (the default) for imports, `background` for files that can wait.",
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
    async def read(pieces: AsyncIterator[bytes], writer: BlobWriter) -> tuple[Form, UploadFields]:
        form = await receive_form(pieces, content_type, writer, run_in_threadpool, max_parts=8)
        return form, _parse_fields(UploadFields, form.fields)

    def check(principal: Principal, read: tuple[Form, UploadFields]) -> UUID:
        collection = read[1].collection
        if collection is None:
            raise UploadIncompleteError
        return uploads.check_collection(principal, collection)

    received = await _receive(request, principal, uploads, read, check)
    form, fields = received.read
    file = UploadedFile(received.blob, form.filename or "", **fields.model_dump(exclude={"collection"}))
    principal = received.principal
    return await _answer(
        request, principal, file, uploads, lambda: uploads.add_document(principal, received.checked, file)
    )


@router.post(
    "/{document_id}/versions",
    status_code=202,
    summary="Upload a new version of a document as multipart/form-data",
    response_model=UploadedOut,
    responses=_UPLOAD_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_WRITE)
    | _multipart({name: _FIELDS[name] for name in ("password", "priority")}, ["file"])
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
    async def read(pieces: AsyncIterator[bytes], writer: BlobWriter) -> tuple[Form, VersionFields]:
        form = await receive_form(pieces, content_type, writer, run_in_threadpool, max_parts=8)
        return form, _parse_fields(VersionFields, form.fields)

    await run_in_threadpool(uploads.check_document, principal, document_id)
    received = await _receive(
        request, principal, uploads, read, lambda principal, _: uploads.check_document(principal, document_id)
    )
    form, fields = received.read
    file = UploadedFile(received.blob, form.filename or "", password=fields.password, priority=fields.priority)
    principal = received.principal
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
    priority: Annotated[Priority, Query(description=_FIELDS["priority"])] = Priority.BULK,
) -> Response:
    async def read(pieces: AsyncIterator[bytes], writer: BlobWriter) -> None:
        await receive_raw(pieces, writer, run_in_threadpool)

    await run_in_threadpool(uploads.check_collection, principal, str(collection_id))
    received = await _receive(
        request, principal, uploads, read, lambda principal, _: uploads.check_collection(principal, str(collection_id))
    )
    file = UploadedFile(received.blob, filename, source=source, document_type=document_type, priority=priority)
    return _uploaded(await run_in_threadpool(uploads.add_document, received.principal, collection_id, file))


@dataclass(frozen=True, slots=True)
class _Received(Generic[_Read, _Checked]):
    """A stored file, and the results of `read` and `check`. `principal` is the caller after the last byte."""

    principal: Principal
    blob: StoredBlob
    read: _Read
    checked: _Checked


async def _receive(
    request: Request,
    principal: Principal,
    uploads: UploadService,
    read: Callable[[AsyncIterator[bytes], BlobWriter], Awaitable[_Read]],
    check: Callable[[Principal, _Read], _Checked],
) -> _Received[_Read, _Checked]:
    """Store the file of the body. `read` writes it. After its last byte, `check` checks the right to the upload's
    target.

    The caller is authorised again before the file is stored, and once more before its rows are written, because storing
    a large file takes seconds. If a check fails, the received bytes are deleted. If only the last one fails, the blob
    is already stored, and the garbage collection deletes it.
    """
    _check_length(request, uploads)
    transfers: Transfers = request.app.state.transfers
    with transfers.open(request, principal) as transfer, ExitStack() as stack:
        writer = await run_in_threadpool(stack.enter_context, uploads.open_writer(principal))
        found = await read(transfer.pieces(), writer)
        principal = await transfer.authorise()
        checked = await run_in_threadpool(check, principal, found)
        blob = await run_in_threadpool(writer.commit)
        return _Received(await transfer.authorise(), blob, found, checked)


def _check_length(request: Request, uploads: UploadService) -> None:
    """Reject a body whose Content-Length is too large, before reading it."""
    declared = request.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > uploads.max_bytes + _FORM_OVERHEAD:
        raise UploadTooLargeError(extra={"max_bytes": uploads.max_bytes}, headers={"Connection": "close"})


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
    if file.priority is not Priority.BULK:
        parts.append(f"priority {file.priority}")

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

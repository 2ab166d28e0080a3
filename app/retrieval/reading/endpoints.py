"""Reading one document under `/v1/documents`: its outline, and passages with given words."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from app.core.principal import Permission
from app.documents.errors import DocumentNotFoundError, VersionNotFoundError
from app.documents.pages.endpoints import REVALIDATE
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.http.text import Line
from app.retrieval.reading.schemas import HitsOut, OutlineOut
from app.retrieval.reading.service import ReadingService

router = api_router(prefix="/v1/documents", tag="documents")

Reading = Annotated[ReadingService, Depends(service(ReadingService))]
Words = Annotated[Line, Query(description="A phrase, in any case.", examples=["leverage ratio"])]
_OUTLINE_NOTE = "Only the searchable version has headings; every version with pages has their printed numbers."
_FIND_NOTE = "Finds up to 500 passages of the stored pages with these words one after the other."
_NEEDS = needs(Permission.DOCUMENTS_READ)


@router.get(
    "/{document_id}/outline",
    summary="Get the outline of the searchable version",
    description=_OUTLINE_NOTE,
    openapi_extra=_NEEDS | problems(DocumentNotFoundError),
)
def get_current_outline(
    principal: CurrentPrincipal, reading: Reading, document_id: UUID, response: Response
) -> OutlineOut:
    response.headers["Cache-Control"] = REVALIDATE
    return OutlineOut.of(reading.get_outline(principal, document_id, None))


@router.get(
    "/{document_id}/versions/{version_id}/outline",
    summary="Get the outline of a version",
    description=_OUTLINE_NOTE,
    openapi_extra=_NEEDS | problems(DocumentNotFoundError, VersionNotFoundError),
)
def get_outline(
    principal: CurrentPrincipal, reading: Reading, document_id: UUID, version_id: UUID, response: Response
) -> OutlineOut:
    response.headers["Cache-Control"] = REVALIDATE
    return OutlineOut.of(reading.get_outline(principal, document_id, version_id))


@router.get(
    "/{document_id}/passages",
    summary="Find words in the searchable version",
    description=_FIND_NOTE,
    openapi_extra=_NEEDS | problems(DocumentNotFoundError),
)
def find_current_passages(
    principal: CurrentPrincipal, reading: Reading, document_id: UUID, q: Words, response: Response
) -> HitsOut:
    response.headers["Cache-Control"] = REVALIDATE
    return HitsOut.of(reading.find_passages(principal, document_id, None, q))


@router.get(
    "/{document_id}/versions/{version_id}/passages",
    summary="Find words in a version",
    description=_FIND_NOTE,
    openapi_extra=_NEEDS | problems(DocumentNotFoundError, VersionNotFoundError),
)
def find_passages(
    principal: CurrentPrincipal, reading: Reading, document_id: UUID, version_id: UUID, q: Words, response: Response
) -> HitsOut:
    response.headers["Cache-Control"] = REVALIDATE
    return HitsOut.of(reading.find_passages(principal, document_id, version_id, q))

"""Pages of documents under `/v1/documents`: text, words and images."""

from typing import Annotated, Any
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError, PageNotFoundError, VersionNotFoundError
from app.documents.pages.images import PageImage, PageImages
from app.documents.pages.rendering import MAX_DPI, PageNotDrawableError
from app.documents.schemas import PageOut
from app.documents.service import DocumentService
from app.http.conditional import matches
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs

router = api_router(prefix="/v1/documents", tag="documents")

Documents = Annotated[DocumentService, Depends(service(DocumentService))]
Images = Annotated[PageImages, Depends(service(PageImages))]
PageNumber = Annotated[int, Path(ge=1, le=1_000_000)]
Dpi = Annotated[int, Query(ge=36, le=MAX_DPI, description="Resolution in dots per inch.")]

REVALIDATE = "private, no-cache"
"""Clients may cache pages, but must revalidate them each time, because access may have been revoked."""

_PAGE_PROBLEMS = (DocumentNotFoundError, VersionNotFoundError, PageNotFoundError)


@router.get(
    "/{document_id}/pages/{number}",
    summary="Get a page of the searchable version: text, words, boxes",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PAGE_PROBLEMS),
)
def get_current_page(
    principal: CurrentPrincipal, documents: Documents, document_id: UUID, number: PageNumber, response: Response
) -> PageOut:
    response.headers["Cache-Control"] = REVALIDATE
    return PageOut.of(documents.get_page(principal, document_id, None, number))


@router.get(
    "/{document_id}/versions/{version_id}/pages/{number}",
    summary="Get a page of a version: text, words, boxes",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PAGE_PROBLEMS),
)
def get_page(
    principal: CurrentPrincipal,
    documents: Documents,
    document_id: UUID,
    version_id: UUID,
    number: PageNumber,
    response: Response,
) -> PageOut:
    response.headers["Cache-Control"] = REVALIDATE
    return PageOut.of(documents.get_page(principal, document_id, version_id, number))


_IMAGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The image of the page",
    },
    304: {"description": "The image with the tag in If-None-Match is still current"},
}


@router.get(
    "/{document_id}/pages/{number}/image",
    summary="Get a page of the searchable version as PNG",
    response_class=Response,
    responses=_IMAGE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PAGE_PROBLEMS, PageNotDrawableError),
)
async def get_current_page_image(
    request: Request,
    principal: CurrentPrincipal,
    images: Images,
    document_id: UUID,
    number: PageNumber,
    dpi: Dpi = 110,
) -> Response:
    return await _get_image(request, principal, images, document_id, None, number, dpi)


@router.get(
    "/{document_id}/versions/{version_id}/pages/{number}/image",
    summary="Get a page of a version as PNG",
    response_class=Response,
    responses=_IMAGE_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PAGE_PROBLEMS, PageNotDrawableError),
)
async def get_page_image(
    request: Request,
    principal: CurrentPrincipal,
    images: Images,
    document_id: UUID,
    version_id: UUID,
    number: PageNumber,
    dpi: Dpi = 110,
) -> Response:
    return await _get_image(request, principal, images, document_id, version_id, number, dpi)


async def _get_image(
    request: Request,
    principal: Principal,
    images: PageImages,
    document_id: UUID,
    version_id: UUID | None,
    number: int,
    dpi: int,
) -> Response:
    image = await run_in_threadpool(images.get_image, principal, document_id, version_id, number, dpi=dpi)
    headers = {"ETag": image.tag, "Cache-Control": REVALIDATE}
    if matches(request, image.tag):
        return Response(status_code=304, headers=headers)
    return Response(await draw(request, images, image), media_type="image/png", headers=headers)


async def draw(request: Request, images: PageImages, image: PageImage) -> bytes:
    """Draw the image as PNG, in separate threads, so that a queue of images does not block other requests.

    Raises the errors of `PageImages.draw`.
    """
    limiter = request.app.state.drawing = getattr(request.app.state, "drawing", None) or CapacityLimiter(4)
    return await to_thread.run_sync(images.draw, image, limiter=limiter)

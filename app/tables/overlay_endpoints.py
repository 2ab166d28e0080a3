"""Overlays of pages under `/v1/documents`: what was read of a page, drawn over its image."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError, PageNotFoundError, VersionNotFoundError
from app.documents.pages.endpoints import REVALIDATE, Dpi, Images, PageNumber, draw
from app.documents.pages.images import PageImages
from app.documents.pages.rendering import PageNotDrawableError
from app.http.conditional import matches
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.tables.service import TableService

router = api_router(prefix="/v1/documents", tag="documents")

Tables = Annotated[TableService, Depends(service(TableService))]

_SVG = "image/svg+xml"
_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'; sandbox"
_DRAWING = 1
"""A version number in every overlay's tag. Increment it when the drawing of overlays changes."""

_NOTE = (
    "An SVG with the page's words, the tables on it, and their cells by kind: headings orange, labels green, figures "
    "blue, notes pink. Pointing at a cell shows its text, paths, value and period. If the file has no page images "
    "(HTML, text), the page's text is drawn instead, with footnote marks and deleted text."
)
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {_SVG: {"schema": {"type": "string"}, "example": "<svg/>"}}, "description": "The overlay"},
    304: {"description": "The overlay with the tag in If-None-Match is still current"},
}
_PROBLEMS = (DocumentNotFoundError, VersionNotFoundError, PageNotFoundError, PageNotDrawableError)


@router.get(
    "/{document_id}/pages/{number}/overlay",
    summary="Draw what was read of a page of the searchable version",
    description=_NOTE,
    response_class=Response,
    responses=_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PROBLEMS),
)
async def get_current_page_overlay(
    request: Request,
    principal: CurrentPrincipal,
    tables: Tables,
    images: Images,
    document_id: UUID,
    number: PageNumber,
    dpi: Dpi = 110,
) -> Response:
    return await _get_overlay(request, principal, tables, images, document_id, None, number, dpi)


@router.get(
    "/{document_id}/versions/{version_id}/pages/{number}/overlay",
    summary="Draw what was read of a page of a version",
    description=_NOTE,
    response_class=Response,
    responses=_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PROBLEMS),
)
async def get_page_overlay(
    request: Request,
    principal: CurrentPrincipal,
    tables: Tables,
    images: Images,
    document_id: UUID,
    version_id: UUID,
    number: PageNumber,
    dpi: Dpi = 110,
) -> Response:
    return await _get_overlay(request, principal, tables, images, document_id, version_id, number, dpi)


async def _get_overlay(
    request: Request,
    principal: Principal,
    tables: TableService,
    images: PageImages,
    document_id: UUID,
    version_id: UUID | None,
    number: int,
    dpi: int,
) -> Response:
    overlay = await run_in_threadpool(tables.get_overlay, principal, document_id, version_id, number, dpi=dpi)
    tag = f'"{overlay.tag}-{_DRAWING}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE, "Content-Security-Policy": _POLICY}
    if matches(request, tag):
        return Response(status_code=304, headers=headers)
    png = None if overlay.image is None else await draw(request, images, overlay.image)
    return Response(await run_in_threadpool(overlay.draw, png), media_type=_SVG, headers=headers)

"""Pages as they were filed, under `/v1/documents`: HTML for a frame without scripts."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import HTMLResponse
from pydantic import StringConstraints

from app.core.principal import Permission, Principal
from app.documents.errors import DocumentNotFoundError, PageNotFoundError, VersionNotFoundError
from app.documents.markup.framing import Passage
from app.documents.markup.rendering import FilingNotShownError
from app.documents.pages.endpoints import PageNumber
from app.documents.pages.filed import FiledPages
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs

router = api_router(prefix="/v1/documents", tag="documents")

Filed = Annotated[FiledPages, Depends(service(FiledPages))]
Marks = Annotated[
    Sequence[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}-[0-9]{1,9}$")]],
    Query(
        max_length=200,
        description="Passages to mark: start and end in the page's text. The first one has the ID `quote`.",
        examples=[["120-164"]],
    ),
]

_NOTE = (
    "The page of an HTML filing with its tables, columns, indents and type, as a document for a frame: nothing in it "
    "is executed or fetched, and its links lead to places of the same filing only. Other formats have none (422)."
)
_EXAMPLE = "<!doctype html><html><body><table><tr><td>Net sales</td><td>1,204</td></tr></table></body></html>"
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}, "example": _EXAMPLE}}, "description": "The page"}
}
_PROBLEMS = (DocumentNotFoundError, VersionNotFoundError, PageNotFoundError, FilingNotShownError)


@router.get(
    "/{document_id}/pages/{number}/filed",
    summary="Show a page of the searchable version as it was filed",
    description=_NOTE,
    response_class=HTMLResponse,
    responses=_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PROBLEMS),
)
def get_current_filed_page(
    principal: CurrentPrincipal, filed: Filed, document_id: UUID, number: PageNumber, mark: Marks = ()
) -> HTMLResponse:
    return _respond(principal, filed, document_id, None, number, mark)


@router.get(
    "/{document_id}/versions/{version_id}/pages/{number}/filed",
    summary="Show a page of a version as it was filed",
    description=_NOTE,
    response_class=HTMLResponse,
    responses=_RESPONSES,
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(*_PROBLEMS),
)
def get_filed_page(
    principal: CurrentPrincipal,
    filed: Filed,
    document_id: UUID,
    version_id: UUID,
    number: PageNumber,
    mark: Marks = (),
) -> HTMLResponse:
    return _respond(principal, filed, document_id, version_id, number, mark)


def _respond(
    principal: Principal,
    filed: FiledPages,
    document_id: UUID,
    version_id: UUID | None,
    number: int,
    marks: Sequence[str],
) -> HTMLResponse:
    view = filed.get_page(principal, document_id, version_id, number)
    passages = [Passage(*map(int, mark.split("-"))) for mark in marks]
    frame = filed.draw(view, passages)
    # Not stored by browsers, because a stored copy would outlive a revocation. Only our own pages may frame it.
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": frame.policy,
        "X-Frame-Options": "SAMEORIGIN",
    }
    return HTMLResponse(frame.html, headers=headers)

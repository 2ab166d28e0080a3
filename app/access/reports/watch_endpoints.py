"""`/v1/access`: memberships and readers, for administrators and auditors."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.access.errors import ExplainedDocumentNotFoundError
from app.access.reports.watch_schemas import GovernedCollectionOut, PersonOut, ReaderOut
from app.access.reports.watching import WatchService
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.identity.errors import UserNotFoundError

router = api_router(prefix="/v1/access", tag="access")

Watching = Annotated[WatchService, Depends(service(WatchService))]


@router.get("/people/{user_id}", openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(UserNotFoundError))
def get_person_access(user_id: UUID, asker: CurrentPrincipal, watching: Watching) -> PersonOut:
    """Return a user's groups, grants and clearances, and the number of readable documents in each collection."""
    return PersonOut.of(watching.get_person(asker, user_id))


@router.get("/collections", openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(InvalidCursorError))
def list_governed_collections(
    page: RequestedPage, asker: CurrentPrincipal, watching: Watching, request: Request, response: Response
) -> Page[GovernedCollectionOut]:
    """List all collections of the tenant, oldest first, with labels and the numbers of documents and grants."""
    found = watching.list_collections(asker, page)
    return page_out(request, response, found, GovernedCollectionOut.of, Page[GovernedCollectionOut])


@router.get(
    "/documents/{document_id}/readers",
    openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(ExplainedDocumentNotFoundError, InvalidCursorError),
)
def list_document_readers(
    document_id: UUID,
    page: RequestedPage,
    asker: CurrentPrincipal,
    watching: Watching,
    request: Request,
    response: Response,
) -> Page[ReaderOut]:
    """List the readers of a document, with the grants and groups that give them access."""
    found = watching.list_readers(asker, document_id, page)
    return page_out(request, response, found, ReaderOut.of, Page[ReaderOut])

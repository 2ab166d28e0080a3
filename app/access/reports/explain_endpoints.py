"""`/v1/access`: who sees what, and why, for administrators and auditors."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from app.access.errors import ExplainedDocumentNotFoundError, ExplainedTimeError
from app.access.reports.explain_schemas import ExplanationOut
from app.access.reports.explaining import ExplainService
from app.access.reports.watch_schemas import GovernedCollectionOut, PersonOut, ReaderOut
from app.access.reports.watching import WatchService
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import Line
from app.identity.errors import UserNotFoundError

router = api_router(prefix="/v1/access", tag="access")

Explaining = Annotated[ExplainService, Depends(service(ExplainService))]
Watching = Annotated[WatchService, Depends(service(WatchService))]
Person = Annotated[
    Line,
    Query(alias="principal", description="A user's id or e-mail address.", examples=["ana@example.com"]),
]
Document = Annotated[UUID, Query(alias="document", description="A document's id.")]

_EXPLAIN = needs(Permission.ACCESS_EXPLAIN) | problems(UserNotFoundError, ExplainedDocumentNotFoundError)


@router.get("/explain", openapi_extra=_EXPLAIN)
def explain_access(
    asker: CurrentPrincipal, explaining: Explaining, document: Document, person: Person
) -> ExplanationOut:
    """Why somebody may see a document now, or may not: in a sentence, and with every grant and barrier."""
    return ExplanationOut.of(explaining.explain(asker, document_id=document, person=person))


@router.get(
    "/explain/at",
    openapi_extra=_EXPLAIN | problems(UserNotFoundError, ExplainedDocumentNotFoundError, ExplainedTimeError),
)
def explain_access_at(
    asker: CurrentPrincipal,
    explaining: Explaining,
    document: Document,
    person: Person,
    time: Annotated[AwareDatetime, Query(description="A past moment, with its zone.")],
) -> ExplanationOut:
    """Why somebody might see a document at a past moment, or might not."""
    return ExplanationOut.of(explaining.explain(asker, document_id=document, person=person, time=time))


@router.get("/people/{user_id}", openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(UserNotFoundError))
def get_person_access(user_id: UUID, asker: CurrentPrincipal, watching: Watching) -> PersonOut:
    """What a person is in, what they hold and by which way, and how many documents they see of each collection."""
    return PersonOut.of(watching.get_person(asker, user_id))


@router.get("/collections", openapi_extra=needs(Permission.ACCESS_EXPLAIN) | problems(InvalidCursorError))
def list_governed_collections(
    page: RequestedPage, asker: CurrentPrincipal, watching: Watching, request: Request, response: Response
) -> Page[GovernedCollectionOut]:
    """All collections of the tenant, oldest first, with their labels and the numbers of documents and grants."""
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
    """Who may read a document, and by which grants and groups."""
    found = watching.list_readers(asker, document_id, page)
    return page_out(request, response, found, ReaderOut.of, Page[ReaderOut])

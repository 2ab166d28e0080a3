"""`/v1/access/explain`: why a user may or may not read a document, for administrators and auditors."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime

from app.access.errors import ExplainedDocumentNotFoundError, ExplainedTimeError
from app.access.reports.explain_schemas import ExplanationOut
from app.access.reports.explaining import ExplainService
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.http.text import Line
from app.identity.errors import UserNotFoundError

router = api_router(prefix="/v1/access", tag="access")

Explaining = Annotated[ExplainService, Depends(service(ExplainService))]
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
    """Explain why a user may or may not read a document now. The response explains it in a sentence, and lists the
    grants that cover the document, and the labels and exclusions that deny access.
    """
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
    time: Annotated[AwareDatetime, Query(description="A time in the past, with its time zone.")],
) -> ExplanationOut:
    """Explain why a user could or could not read a document at a time in the past."""
    return ExplanationOut.of(explaining.explain(asker, document_id=document, person=person, time=time))

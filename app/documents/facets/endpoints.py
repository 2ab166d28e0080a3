"""`/v1/documents/facets` and `/v1/suggestions`: values of filter fields in the documents that the caller may see."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from app.core.principal import Permission
from app.documents.facets.schemas import FacetsOut, SuggestionsOut
from app.documents.facets.service import FacetService
from app.documents.filters import DocumentFilters
from app.documents.metadata import DocumentType, FiscalPeriod
from app.documents.schemas import Source, VersionStatus
from app.documents.uploads.filenames import clean_filename
from app.http.dependencies import CurrentPrincipal, service
from app.http.routing import api_router, needs
from app.http.text import Line

facets = api_router(prefix="/v1/documents", tag="documents")
suggestions = api_router(prefix="/v1/suggestions", tag="documents")

Facets = Annotated[FacetService, Depends(service(FacetService))]


def requested_filters(
    collection_id: Annotated[UUID | None, Query()] = None,
    issuer: Annotated[
        Line | None,
        Query(description="The issuer's ID, a name in any spelling, an identifier, a ticker or a short form."),
    ] = None,
    document_type: Annotated[DocumentType | None, Query()] = None,
    source: Annotated[Source | None, Query(description="Source of the document.")] = None,
    fiscal_year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    status: Annotated[VersionStatus | None, Query(description="Status of the newest version.")] = None,
    filename: Annotated[Line | None, Query(description="Name of the document's first file, exactly.")] = None,
    q: Annotated[Line | None, Query(description="Words that the title, the issuer or the file name contains.")] = None,
    fiscal_period: Annotated[FiscalPeriod | None, Query()] = None,
    label_id: Annotated[
        UUID | None, Query(description="A label of the document, or of a collection around it.")
    ] = None,
) -> DocumentFilters:
    return DocumentFilters(
        collection_id=collection_id,
        issuer=issuer,
        document_type=document_type,
        source=source,
        fiscal_year=fiscal_year,
        status=status,
        filename=None if filename is None else clean_filename(filename),
        words=q,
        fiscal_period=fiscal_period,
        label_id=label_id,
    )


RequestedFilters = Annotated[DocumentFilters, Depends(requested_filters)]


@facets.get(
    "/facets",
    summary="Count documents by issuer, type, fiscal year and period, source, collection, label and status",
    description="Accepts the filters of the document list, and counts the matching documents.",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def count_documents(
    principal: CurrentPrincipal, documents: Facets, filters: RequestedFilters, response: Response
) -> FacetsOut:
    response.headers["Cache-Control"] = "no-store"
    return FacetsOut.of(documents.count_documents(principal, filters))


@suggestions.get(
    "",
    summary="Suggest issuers, document types and titles",
    description="Returns values that contain all words of `q`; values that begin with `q` come first.",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def suggest(
    principal: CurrentPrincipal,
    documents: Facets,
    response: Response,
    q: Annotated[Line, Query(description="The text typed so far.", examples=["north"])],
) -> SuggestionsOut:
    response.headers["Cache-Control"] = "no-store"
    return SuggestionsOut.of(documents.suggest(principal, q))

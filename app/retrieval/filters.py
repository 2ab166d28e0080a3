"""Filters of a search."""

from dataclasses import dataclass, replace
from uuid import UUID

from app.documents.metadata import DocumentType, FiscalPeriod


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Search filters. An empty field does not filter; a field with several values matches any of them.

    `issuers` are IDs, names in any spelling, identifiers or tickers. `issuer_records` are the records of these issuers:
    searches look them up. `collection_ids` also match documents in nested collections. Filters never give access to
    documents that the principal may not see.
    """

    collection_ids: tuple[UUID, ...] = ()
    issuers: tuple[str, ...] = ()
    document_types: tuple[DocumentType, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    periods: tuple[FiscalPeriod, ...] = ()
    document_ids: tuple[UUID, ...] = ()
    issuer_records: tuple[UUID, ...] = ()

    def are_other_than_issuers_and_documents(self) -> bool:
        """Return whether there are filters by anything else than issuers and documents."""
        return replace(self, issuers=(), issuer_records=(), document_ids=()) != SearchFilters()

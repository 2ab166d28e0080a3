"""What a search may be narrowed to."""

from dataclasses import dataclass
from uuid import UUID

from app.documents.metadata import DocumentType, FiscalPeriod


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Each empty field lets everything through; a field with several values lets through any of them.

    `issuers` are names in any spelling. A document in a collection inside one of `collection_ids` counts as in it.
    Filters narrow what the principal sees; they never widen it.
    """

    collection_ids: tuple[UUID, ...] = ()
    issuers: tuple[str, ...] = ()
    document_types: tuple[DocumentType, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    periods: tuple[FiscalPeriod, ...] = ()
    document_ids: tuple[UUID, ...] = ()

"""Filters of document lists."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """Filters of a document list. A field that is None does not filter. `status` refers to the newest version, and
    `filename` to the first.
    """

    collection_id: UUID | None = None
    issuer: str | None = None
    document_type: str | None = None
    source: str | None = None
    fiscal_year: int | None = None
    status: str | None = None
    filename: str | None = None

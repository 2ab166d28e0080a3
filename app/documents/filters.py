"""What a list of documents may be narrowed to."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """What a list is narrowed to; None: not at all. `status` is that of the newest version."""

    collection_id: UUID | None = None
    issuer: str | None = None
    document_type: str | None = None
    source: str | None = None
    fiscal_year: int | None = None
    status: str | None = None

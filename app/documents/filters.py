"""Filters of document lists."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """Filters of a document list. A field that is None does not filter. `status` refers to the newest version, and
    `filename` to the first. `issuer` is an issuer's ID, a name in any spelling, an identifier, a ticker or an alias.
    """

    collection_id: UUID | None = None
    issuer: str | None = None
    document_type: str | None = None
    source: str | None = None
    fiscal_year: int | None = None
    status: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class CountedIssuer:
    """An issuer with the number of its documents. `value` filters lists by it: its name if no other issuer has that,
    else its ID.
    """

    value: str
    name: str
    count: int


class IssuerFinder(Protocol):
    """Finds issuers as the session's principal may see them (`app.issuers.finding`). A record is
    `documents.issuer_id`; an issuer may have several.
    """

    def find_records(self, session: Session, name: str) -> Collection[UUID]:
        """Return the records of all issuers that a name, an identifier or an ID means."""

    def count_issuers(self, session: Session, counts: Mapping[UUID, int], *, most: int) -> Sequence[CountedIssuer]:
        """Return up to `most` issuers of the counted records, those with the most documents first."""

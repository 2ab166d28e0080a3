"""Filters of document lists."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """Filters of a document list. A field that is None does not filter. `status` refers to the newest version, and
    `filename` to the first. `issuer` is an issuer's ID, a name in any spelling, an identifier, a ticker or an alias.
    Each of the first eight `words` must occur in the title, the issuer or the file name. `label_id` selects documents
    with the label, on themselves or on a collection around them.
    """

    collection_id: UUID | None = None
    issuer: str | None = None
    document_type: str | None = None
    source: str | None = None
    fiscal_year: int | None = None
    status: str | None = None
    filename: str | None = None
    words: str | None = None
    fiscal_period: str | None = None
    label_id: UUID | None = None


class SortKey(StrEnum):
    """The key of a sorted list: the time of upload, the title, the issuer, the fiscal year with the end of the period,
    or the filing date. Documents without a value come last.
    """

    ADDED = "added"
    TITLE = "title"
    ISSUER = "issuer"
    PERIOD = "period"
    FILED = "filed"


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The order of a document list. Documents with equal keys are sorted by the time of upload."""

    key: SortKey = SortKey.ADDED
    is_descending: bool = True

    @staticmethod
    def parse(text: str) -> "SortOrder":
        """Parse "title" (ascending) or "-title" (descending). Raises ValueError."""
        return SortOrder(SortKey(text.removeprefix("-")), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.key}" if self.is_descending else str(self.key)


NEWEST_FIRST = SortOrder()


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

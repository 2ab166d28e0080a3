"""What filter fields offer: how many documents each value has, and what begins with the letters typed so far.

Both are counted anew for each request, under row-level security: no principal is offered a value that only documents
hidden from them have, and nothing is kept from one principal to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from app.access.models import Collection
from app.core.principal import Principal
from app.db.session import Database
from app.documents.filters import DocumentFilters
from app.documents.models import Document
from app.documents.repository import NEWEST_STATUS, list_conditions

MAX_VALUES = 100
"""How many values of a facet are offered, the most frequent first."""
MAX_SUGGESTIONS = 10
_MAX_WORDS = 8
FACETS = ("issuer", "document_type", "fiscal_year", "source", "collection_id", "status")


class SuggestionKind(StrEnum):
    ISSUER = "issuer"
    DOCUMENT_TYPE = "document_type"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value as the list's filter takes it, what to call it, and how many documents have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Of the documents that the filters leave: how many there are, and how many have each value, by facet."""

    total: int
    values: Mapping[str, Sequence[FacetValue]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to search or filter by, and how many documents have it."""

    kind: SuggestionKind
    text: str
    count: int


class FacetService:
    """Every method counts what the principal may see, as of its transaction."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def count_documents(self, principal: Principal, filters: DocumentFilters) -> Facets:
        """Documents by issuer, type, fiscal year, source, collection and status; unknown values are not counted."""
        with self._database.transaction(principal, snapshot=True) as session:
            return _count(session, filters)

    def suggest(self, principal: Principal, words: str) -> list[Suggestion]:
        """Issuers, document types and titles that hold all the words, whatever their case; at most ten.

        First those that begin with them, then those of which a word does; issuers before types before titles.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            return _suggest(session, words.split()[:_MAX_WORDS])


def _count(session: Session, filters: DocumentFilters) -> Facets:
    """All in one reading of the documents: a grouping set for each facet, and one for the total."""
    seen = (
        select(
            # Spellings of an issuer are one value, called by the first of them.
            Document.issuer_key.label("issuer"),
            Document.issuer.label("spelling"),
            Document.document_type,
            cast(Document.fiscal_year, String).label("fiscal_year"),
            Document.source,
            cast(Document.collection_id, String).label("collection_id"),
            NEWEST_STATUS.label("status"),
        )
        .where(Document.deleted_at.is_(None), *list_conditions(filters))
        .subquery()
    )
    keys = [seen.c[name] for name in FACETS]
    query = select(func.grouping(*keys), func.min(seen.c.spelling), func.count(), *keys).group_by(
        func.grouping_sets(*map(tuple_, keys), text("()"))
    )
    # GROUPING sets a bit for each key that a row is not grouped by, the last key's the lowest (PostgreSQL 18, 9.21).
    every = (1 << len(FACETS)) - 1
    grouped = {every ^ (1 << place): name for place, name in enumerate(reversed(FACETS))}
    total = 0
    found: dict[str, list[FacetValue]] = {name: [] for name in FACETS}
    for mask, spelling, count, *row in session.execute(query):
        if mask == every:
            total = count
            continue
        name = grouped[mask]
        value = spelling if name == "issuer" else row[FACETS.index(name)]
        if value is not None:
            found[name].append(FacetValue(value, value, count))
    values = {name: sorted(of, key=lambda one: (-one.count, one.value))[:MAX_VALUES] for name, of in found.items()}
    names = _collection_names(session, [UUID(one.value) for one in values["collection_id"]])
    # A document that was opened by itself tells where it is, as it does when it is read, and not what that is called.
    values["collection_id"] = [replace(one, label=names.get(one.value, one.value)) for one in values["collection_id"]]
    return Facets(total=total, values=values)


def _collection_names(session: Session, ids: Sequence[UUID]) -> dict[str, str]:
    found = session.execute(select(Collection.id, Collection.name).where(Collection.id.in_(ids)))
    return {str(collection_id): name for collection_id, name in found}


def _suggest(session: Session, words: Sequence[str]) -> list[Suggestion]:
    phrase = " ".join(words)

    def of(kind: SuggestionKind, order: int, column: Any, key: Any) -> Any:
        shown = func.min(column)
        rank = case(
            (shown.istartswith(phrase, autoescape=True), 0),
            (and_(*(_begins_a_word(shown, word) for word in words)), 1),
            else_=2,
        )
        return (
            select(
                literal(kind.value).label("kind"),
                literal(order, Integer).label("place"),
                shown.label("shown"),
                func.count().label("number"),
                rank.label("rank"),
            )
            .where(
                Document.deleted_at.is_(None),
                column.is_not(None),
                *(column.icontains(word, autoescape=True) for word in words),
            )
            .group_by(key)
        )

    found = union_all(
        of(SuggestionKind.ISSUER, 0, Document.issuer, Document.issuer_key),
        of(SuggestionKind.DOCUMENT_TYPE, 1, Document.document_type, Document.document_type),
        of(SuggestionKind.TITLE, 2, Document.title, Document.title),
    ).subquery()
    query = (
        select(found.c.kind, found.c.shown, found.c.number)
        .order_by(found.c.rank, found.c.place, found.c.number.desc(), found.c.shown)
        .limit(MAX_SUGGESTIONS)
    )
    return [Suggestion(SuggestionKind(kind), shown, count) for kind, shown, count in session.execute(query)]


def _begins_a_word(column: Any, word: str) -> ColumnElement[bool]:
    return or_(column.istartswith(word, autoescape=True), column.icontains(f" {word}", autoescape=True))

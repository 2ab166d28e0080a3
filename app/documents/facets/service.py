"""Counts documents per value of the filter fields, and suggests values for a typed text.

Each request counts under row-level security, without a cache: values that occur only in hidden documents are never
returned.
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
    union,
    union_all,
)
from sqlalchemy.orm import Session

from app.access.models import Collection, DocumentLabel, Label
from app.core.principal import Principal
from app.db.session import Database
from app.documents.filters import DocumentFilters, IssuerFinder
from app.documents.models import Document
from app.documents.repository import NEWEST_STATUS, labelled_collections, list_conditions

MAX_VALUES = 100
"""The maximum number of values per facet. The most frequent ones are returned."""
MAX_SUGGESTIONS = 10
_MAX_WORDS = 8
FACETS = ("issuer", "document_type", "fiscal_year", "fiscal_period", "source", "collection_id", "status")
"""The facets of which a document has one value. `label_id` is counted apart, because it may have several labels."""
LABELS = "label_id"
_MOST_RECORDS = 1000
"""The most records of issuers that are counted; several may be one issuer."""


class SuggestionKind(StrEnum):
    ISSUER = "issuer"
    DOCUMENT_TYPE = "document_type"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A filter value, its label, and the number of documents that have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The number of documents that match the filters, and the document counts per value of each facet."""

    total: int
    values: Mapping[str, Sequence[FacetValue]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search or filter by, and the number of documents that have it."""

    kind: SuggestionKind
    text: str
    count: int


class FacetService:
    """Counts the documents that the principal may see."""

    def __init__(self, *, database: Database, issuers: IssuerFinder) -> None:
        self._database = database
        self._issuers = issuers

    def count_documents(self, principal: Principal, filters: DocumentFilters, *, issuers: int = MAX_VALUES) -> Facets:
        """Count documents by issuer, type, fiscal year and period, source, collection, label and status. A facet omits
        documents that have no value for it. `issuers` is the number of issuers to count, at most 100.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            return _count(session, filters, self._issuers, most=min(issuers, MAX_VALUES))

    def suggest(self, principal: Principal, words: str) -> list[Suggestion]:
        """Return up to ten issuers, document types and titles that contain all the words, ignoring case.

        Texts that begin with `words` come first, then texts in which every typed word begins a word, then others.
        Within each group, issuers come before types, and types before titles.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            return _suggest(session, words.split()[:_MAX_WORDS])


def _count(session: Session, filters: DocumentFilters, issuers: IssuerFinder, *, most: int) -> Facets:
    """Count all facets and the total in one query, with a grouping set for each."""
    records = () if filters.issuer is None else issuers.find_records(session, filters.issuer)
    seen = (
        select(
            # Issuers are counted by record. Documents that were published before issuers had records are counted by
            # key; the label is the alphabetically first spelling.
            func.coalesce(cast(Document.issuer_id, String), Document.issuer_key).label("issuer"),
            Document.issuer.label("spelling"),
            Document.document_type,
            cast(Document.fiscal_year, String).label("fiscal_year"),
            Document.fiscal_period,
            Document.source,
            cast(Document.collection_id, String).label("collection_id"),
            NEWEST_STATUS.label("status"),
        )
        .where(Document.deleted_at.is_(None), *list_conditions(filters, records))
        .subquery()
    )
    keys = [seen.c[name] for name in FACETS]
    grouping = func.grouping(*keys)
    place = func.row_number().over(partition_by=grouping, order_by=(func.count().desc(), *keys))
    counted = (
        select(grouping.label("mask"), func.min(seen.c.spelling), func.count(), *keys, place.label("place"))
        .group_by(func.grouping_sets(*map(tuple_, keys), text("()")))
        .subquery()
    )
    query = select(counted).where(counted.c.place <= _MOST_RECORDS)
    # GROUPING sets a bit for each key that is not in the row's grouping set; the last key has the lowest bit
    # (PostgreSQL 18, section 9.21).
    every = (1 << len(FACETS)) - 1
    grouped = {every ^ (1 << place): name for place, name in enumerate(reversed(FACETS))}
    total = 0
    found: dict[str, list[FacetValue]] = {name: [] for name in FACETS}
    by_record: dict[UUID, int] = {}
    for mask, spelling, count, *row, _ in session.execute(query):
        if mask == every:
            total = count
            continue
        name = grouped[mask]
        value = row[FACETS.index(name)]
        if name == "issuer" and spelling is not None and (record := _parse_record(value)) is not None:
            by_record[record] = count
            continue
        value = spelling if name == "issuer" else value
        if value is not None:
            found[name].append(FacetValue(value, value, count))
    by_issuer = issuers.count_issuers(session, by_record, most=most) if by_record else ()
    found["issuer"] += [FacetValue(issuer.value, issuer.name, issuer.count) for issuer in by_issuer]
    values = {name: sorted(of, key=lambda one: (-one.count, one.label))[:MAX_VALUES] for name, of in found.items()}
    names = _collection_names(session, [UUID(one.value) for one in values["collection_id"]])
    # A user with access to a single document sees its collection's id, but not the collection's name.
    values["collection_id"] = [replace(one, label=names.get(one.value, one.value)) for one in values["collection_id"]]
    values[LABELS] = _count_labels(session, list_conditions(filters, records))
    return Facets(total=total, values=values)


def _count_labels(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[FacetValue]:
    """Count documents by the labels that the principal may see, on the documents and on collections around them."""
    known = session.execute(select(Label.id, Label.name).order_by(Label.name).limit(_MOST_RECORDS))
    names = dict(iter(known))
    if not names:
        return []
    seen = select(Document.id, Document.collection_id).where(Document.deleted_at.is_(None), *conditions).subquery()
    around = labelled_collections()
    labelled = union(
        select(DocumentLabel.label_id, seen.c.id).join(seen, seen.c.id == DocumentLabel.document_id),
        select(around.c.label_id, seen.c.id).join(seen, seen.c.collection_id == around.c.collection_id),
    ).subquery()
    query = select(labelled.c.label_id, func.count()).group_by(labelled.c.label_id).limit(_MOST_RECORDS)
    found = [FacetValue(str(label), names[label], count) for label, count in session.execute(query) if label in names]
    return sorted(found, key=lambda one: (-one.count, one.label))[:MAX_VALUES]


def _parse_record(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


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

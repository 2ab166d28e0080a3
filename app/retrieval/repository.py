"""SQL of searches. Nothing here names a tenant or a right: row-level security decides what these statements see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg
from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased

from app.access.models import Collection
from app.documents.issuers import normalise_issuer
from app.documents.models import Document
from app.retrieval.filters import SearchFilters
from app.retrieval.models import Chunk, IndexedDocument
from app.retrieval.postings import unpack_layout
from app.retrieval.understanding import VisibleIssuer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that can be found, as far as ranking and passages need it."""

    document_id: UUID
    version_id: UUID
    chunk_count: int
    title: str
    issuer: str | None
    issuer_key: str | None
    document_type: str | None
    fiscal_year: int | None
    fiscal_period: str | None
    period_end: date | None
    filing_date: date | None

    def period_label(self) -> str | None:
        """The period in short, as `DocumentMetadata.period_label` writes it; None when there is none."""
        if self.fiscal_year is not None:
            label = f"FY{self.fiscal_year}"
            return label if self.fiscal_period in (None, "FY") else f"{self.fiscal_period} {label}"
        day = self.period_end or self.filing_date
        return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class TermRows:
    """A term's postings in the scope: `documents` are places in the scope's list (from 1), `counts` postings in each."""

    term_id: int
    documents: Sequence[int]
    counts: Sequence[int]
    packed: bytes


@dataclass(frozen=True, slots=True)
class Near:
    """Chunks by closeness: places in the scope's list (from 0), ordinals, inner products, closest first."""

    documents: npt.NDArray[np.int64]
    ordinals: npt.NDArray[np.int64]
    products: npt.NDArray[np.float32]


_TERMS = """
SELECT p.term_id, array_agg(s.place::int), array_agg(p.chunk_count), string_agg(p.postings, '')
FROM unnest(%(documents)b::uuid[]) WITH ORDINALITY AS s(document_id, place)
JOIN term_postings p ON p.document_id = s.document_id
WHERE p.term_id = ANY(%(terms)b::int[])
GROUP BY p.term_id
"""
_FREQUENCIES = (
    "SELECT term_id, sum(chunk_count)::bigint FROM term_postings WHERE term_id = ANY(%(terms)b::int[]) GROUP BY 1"
)

# The visible rows are gathered first: the planner must not walk the graph for the few that a principal sees.
_EXACT = """
WITH visible AS MATERIALIZED (
    SELECT s.place, e.ordinal, e.embedding
    FROM unnest(%(documents)b::uuid[]) WITH ORDINALITY AS s(document_id, place)
    JOIN chunk_embeddings e ON e.document_id = s.document_id
    WHERE e.space_id = {space}
)
SELECT place, ordinal, (embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions})) AS distance
FROM visible ORDER BY distance LIMIT %(limit)s
"""
_GRAPH = """
SELECT e.document_id, e.ordinal, (e.embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions})) AS distance
FROM chunk_embeddings e
WHERE e.space_id = {space} {narrowed}
ORDER BY e.embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions}) LIMIT %(limit)s
"""


class SearchRepository:
    """Reads within one transaction of one principal."""

    def __init__(self, session: Session) -> None:
        self._session = session
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection), "the database is reached through psycopg"
        self._driver: psycopg.Connection[Any] = driver

    def list_issuers(self) -> list[VisibleIssuer]:
        """Issuers of the documents that the principal sees."""
        rows = self._session.execute(
            select(Document.issuer_key, Document.issuer, Document.issuer_aliases)
            .where(Document.issuer_key.is_not(None), Document.deleted_at.is_(None))
            .distinct()
        )
        names: dict[str, str] = {}
        aliases: dict[str, set[str]] = {}
        for key, name, stored in rows:
            names.setdefault(key, name or key)
            aliases.setdefault(key, set()).update((stored or {}).get("names", ()))
        return [VisibleIssuer(key, name, tuple(sorted(aliases[key]))) for key, name in sorted(names.items())]

    def list_candidates(self, filters: SearchFilters, issuer_keys: Sequence[str] = ()) -> list[Candidate]:
        """Documents that can be searched, of the issuers given (all when none is), oldest first."""
        query = (
            select(
                Document.id,
                IndexedDocument.version_id,
                IndexedDocument.chunk_count,
                Document.title,
                Document.issuer,
                Document.issuer_key,
                Document.document_type,
                Document.fiscal_year,
                Document.fiscal_period,
                Document.period_end,
                Document.filing_date,
            )
            .join(IndexedDocument, IndexedDocument.document_id == Document.id)
            .where(Document.deleted_at.is_(None), IndexedDocument.chunk_count > 0)
            .order_by(Document.id)
        )
        if issuer_keys:
            query = query.where(Document.issuer_key.in_(issuer_keys))
        if filters.issuers:
            query = query.where(Document.issuer_key.in_({normalise_issuer(name) for name in filters.issuers}))
        if filters.collection_ids:
            query = query.where(Document.collection_id.in_(self._inside(filters.collection_ids)))
        for column, wanted in (
            (Document.document_type, [kind.value for kind in filters.document_types]),
            (Document.fiscal_year, list(filters.fiscal_years)),
            (Document.fiscal_period, [period.value for period in filters.periods]),
            (Document.id, list(filters.document_ids)),
        ):
            if wanted:
                query = query.where(column.in_(wanted))
        return [Candidate(*row) for row in self._session.execute(query)]

    def list_terms(self, terms: Sequence[int], documents: Sequence[UUID]) -> list[TermRows]:
        """Postings of the terms in the documents."""
        cursor = self._driver.cursor(binary=True)
        cursor.execute(_TERMS, {"terms": list(terms), "documents": list(documents)})
        return [TermRows(*row) for row in cursor.fetchall()]

    def count_terms(self, terms: Sequence[int]) -> dict[int, int]:
        """In how many of the chunks that the principal sees each term occurs."""
        cursor = self._driver.cursor(binary=True)
        return dict(cursor.execute(_FREQUENCIES, {"terms": list(terms)}).fetchall())

    def find_nearest(
        self, vector: npt.NDArray[np.float32], documents: Sequence[UUID], *, space_id: int, limit: int
    ) -> Near:
        """The nearest chunks of the documents, by comparing with each of them."""
        statement = _EXACT.format(space=int(space_id), dimensions=len(vector))
        cursor = self._driver.cursor(binary=True)
        cursor.execute(statement, {"documents": list(documents), "vector": _literal(vector), "limit": limit})
        return _near([(place - 1, ordinal, distance) for place, ordinal, distance in cursor.fetchall()])

    def find_near(
        self,
        vector: npt.NDArray[np.float32],
        documents: Sequence[UUID],
        *,
        narrowed: bool,
        space_id: int,
        limit: int,
        most_scanned: int,
    ) -> Near:
        """Near chunks by the space's graph, going on until `limit` visible ones are found or `most_scanned` were looked at.

        `narrowed` says that `documents` are not all that the principal sees. May miss some of the nearest.
        """
        self._session.execute(
            text(
                "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', :ef, true), "
                "set_config('hnsw.max_scan_tuples', :most, true), set_config('enable_sort', 'off', true)"
            ),
            {"ef": str(min(1000, limit)), "most": str(most_scanned)},
        )
        statement = _GRAPH.format(
            space=int(space_id),
            dimensions=len(vector),
            narrowed="AND e.document_id = ANY(%(documents)b::uuid[])" if narrowed else "",
        )
        places = {document: place for place, document in enumerate(documents)}
        parameters: dict[str, object] = {"vector": _literal(vector), "limit": limit}
        if narrowed:
            parameters["documents"] = list(documents)
        cursor = self._driver.cursor(binary=True)
        rows = cursor.execute(statement, parameters).fetchall()
        self._session.execute(text("SELECT set_config('enable_sort', 'on', true)"))
        found = [(places[document], ordinal, distance) for document, ordinal, distance in rows if document in places]
        return _near(sorted(found, key=lambda row: row[2]))

    def list_layouts(self, documents: Sequence[UUID]) -> dict[UUID, npt.NDArray[np.void]]:
        """Where each chunk of the documents stands (`app.retrieval.postings.LAYOUT`)."""
        rows = self._session.execute(
            select(IndexedDocument.document_id, IndexedDocument.layout).where(
                IndexedDocument.document_id.in_(documents)
            )
        )
        return {document: unpack_layout(layout) for document, layout in rows}

    def list_chunks(self, places: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Chunk]:
        """The chunks at (document, ordinal)."""
        documents = [document for document, _ in places]
        ordinals = [ordinal for _, ordinal in places]
        rows = self._session.scalars(
            select(Chunk).from_statement(
                text(
                    "SELECT c.* FROM unnest(CAST(:documents AS uuid[]), CAST(:ordinals AS int[])) AS s(document_id, ordinal) "
                    "JOIN chunks c ON c.document_id = s.document_id AND c.ordinal = s.ordinal"
                )
            ),
            {"documents": documents, "ordinals": ordinals},
        )
        return {(chunk.document_id, chunk.ordinal): chunk for chunk in rows}

    def _inside(self, collection_ids: Sequence[UUID]) -> Any:
        """The collections and all inside them, as far as the principal sees them."""
        tree = select(Collection.id).where(Collection.id.in_(collection_ids)).cte(recursive=True)
        child = aliased(Collection)
        tree = tree.union(select(child.id).where(child.parent_id == tree.c.id))
        return select(tree.c.id)


def _literal(vector: npt.NDArray[np.float32]) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def _near(rows: Sequence[tuple[int, int, float]]) -> Near:
    places, ordinals, distances = zip(*rows, strict=True) if rows else ((), (), ())
    return Near(
        documents=np.asarray(places, np.int64),
        ordinals=np.asarray(ordinals, np.int64),
        products=-np.asarray(distances, np.float32),
    )

"""SQL of searches. The statements do not filter by tenant or permission: row-level security does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.keyed import driver_connection, run_keyed
from app.documents.issuers import normalise_issuer
from app.retrieval.doubtful_issuers import DOUBTFUL_ISSUER, UNSURE_ISSUER, is_doubtful_issuer
from app.retrieval.filters import SearchFilters
from app.retrieval.index.graphs import INDEX_PREFIX
from app.retrieval.index.postings import ORDINAL_MASK
from app.retrieval.questions.issuers import VisibleIssuer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A searchable document, with the fields that ranking and passages need. `issuer_id` is its issuer's record: the
    document is of the issuer (`app.issuers.reading`) whose `ids` have it. `indexed` changes with its index rows.
    """

    document_id: UUID
    version_id: UUID
    chunk_count: int
    title: str
    issuer: str | None
    issuer_key: str | None
    issuer_aliases: Mapping[str, Sequence[str]] | None
    issuer_id: UUID | None
    document_type: str | None
    fiscal_year: int | None
    fiscal_period: str | None
    period_end: date | None
    filing_date: date | None
    layout: bytes | None
    indexed: str = ""

    def visible_issuer(self) -> VisibleIssuer | None:
        """Return the document's issuer with its key, name and aliases; None if it is unknown, or if what was read
        cannot be a name.
        """
        if self.issuer_key is None or is_doubtful_issuer(self.issuer_key):
            return None
        aliases = (self.issuer_aliases or {}).get("names", ())
        return VisibleIssuer(self.issuer_key, self.issuer or self.issuer_key, tuple(aliases))

    def period_label(self) -> str | None:
        """Return the same label as `DocumentMetadata.period_label`, or None if the period is unknown."""
        if self.fiscal_year is not None:
            label = f"FY{self.fiscal_year}"
            return label if self.fiscal_period in (None, "FY") else f"{self.fiscal_period} {label}"
        day = self.period_end or self.filing_date
        return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class UnsureDocument:
    """A document without a certain issuer: the number of chunks with each of some terms, and the ordinal of the first
    chunk from which on all have occurred.
    """

    document_id: UUID
    count: int
    first: int


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk as stored (`app.retrieval.models.Chunk`)."""

    id: int
    document_id: UUID
    version_id: UUID
    ordinal: int
    kind: str
    page_number: int
    char_start: int
    char_end: int
    heading: str
    table_header: str
    text: str


@dataclass(frozen=True, slots=True)
class TermRows:
    """A term's postings in the scope. `documents[i]` is a document's index in the scope (from 1), and `counts[i]` is
    the number of the term's postings in it.
    """

    term_id: int
    documents: Sequence[int]
    counts: Sequence[int]
    packed: bytes


@dataclass(frozen=True, slots=True)
class Near:
    """Chunks, nearest first. `documents` has the index (from 0) of each chunk's document among the searched documents,
    `ordinals` has the chunk's ordinal in that document, and `similarities` the inner product of its vector with the
    question's.
    """

    documents: npt.NDArray[np.int64]
    ordinals: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Graph:
    """A tenant's graph, with its approximate number of chunks and the number of chunks visible to the principal."""

    tenant_id: UUID
    chunks: int
    visible_chunks: int


_CANDIDATES = """
SELECT d.id, i.version_id, i.chunk_count, d.title, d.issuer, d.issuer_key, d.issuer_aliases, d.issuer_id,
       d.document_type, d.fiscal_year, d.fiscal_period, d.period_end, d.filing_date, {layout}, i.xmin::text
FROM documents d JOIN indexed_documents i ON i.document_id = d.id
WHERE {conditions} ORDER BY d.id
"""
# Documents that were published before issuers had records have none. The planner does not see the names, because it
# would compare each with the statistics of all.
_NAMED = """(d.issuer_id = ANY(%(records)b::uuid[]) OR d.issuer_id IS NULL AND (
    d.issuer_key = ANY((SELECT %(forms)b::text[])::text[])
    OR d.issuer_aliases -> 'names' ?| (SELECT %(forms)b::text[])))"""
_OF_ISSUERS = "(d.issuer_id = ANY(%(own)b::uuid[]) OR d.issuer_id IS NULL AND d.issuer_key = ANY(%(issuers)b::text[]))"
_IN_COLLECTIONS = """d.collection_id IN (
    WITH RECURSIVE inside AS (
        SELECT c.id FROM collections c WHERE c.id = ANY(%(collections)b::uuid[])
        UNION SELECT c.id FROM collections c JOIN inside ON c.parent_id = inside.id
    ) SELECT id FROM inside)"""
# Documents without a certain issuer, in whose text each of the terms occurs. Their postings show where.
_UNSURE = """
SELECT d.id, array_agg(t.chunk_count), array_agg(substring(t.postings FOR 4))
FROM documents d JOIN term_postings t ON t.document_id = d.id
WHERE t.term_id = ANY(%(terms)b::int[]) AND (
    d.issuer_key IS NULL OR d.issuer_key ~ %(doubtful)b
    OR (d.metadata_sources #>> '{{issuer,confidence}}')::float8 < {unsure})
GROUP BY d.id HAVING count(*) = %(count)s
"""
_TERM_DOCUMENTS = "SELECT term_id, document_id, chunk_count FROM term_postings WHERE term_id = ANY(%(terms)b::int[])"
_LAYOUTS = """
SELECT s.document_id, i.layout FROM unnest(%(documents)b::uuid[]) AS s(document_id)
CROSS JOIN LATERAL (SELECT i.layout FROM indexed_documents i WHERE i.document_id = s.document_id OFFSET 0) i
"""
_CHUNKS = """
SELECT c.id, c.document_id, c.version_id, c.ordinal, c.kind, c.page_number, c.char_start, c.char_end, c.heading,
       c.table_header, c.text
FROM unnest(%(documents)b::uuid[], %(ordinals)b::int[]) AS s(document_id, ordinal)
CROSS JOIN LATERAL (
    SELECT c.* FROM chunks c WHERE c.document_id = s.document_id AND c.ordinal = s.ordinal OFFSET 0) c
"""
# The following statements look up each document's rows by key. PostgreSQL plans a lateral subquery with OFFSET 0
# separately, so statistics and other tenants' rows do not change the plan.
_TERMS = """
SELECT p.term_id, array_agg(s.place::int), array_agg(p.chunk_count), string_agg(p.postings, '')
FROM unnest(%(documents)b::uuid[]) WITH ORDINALITY AS s(document_id, place)
CROSS JOIN LATERAL (
    SELECT t.term_id, t.chunk_count, t.postings FROM term_postings t
    WHERE t.document_id = s.document_id AND t.term_id = ANY(%(terms)b::int[]) OFFSET 0) p
GROUP BY p.term_id
"""
_FREQUENCIES = (
    "SELECT term_id, sum(chunk_count)::bigint FROM term_postings WHERE term_id = ANY(%(terms)b::int[]) GROUP BY 1"
)

# Chunks at equal distance keep the order of the scope.
_EXACT = """
SELECT s.place, e.ordinal, (e.embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions})) AS distance
FROM unnest(%(documents)b::uuid[]) WITH ORDINALITY AS s(document_id, place)
CROSS JOIN LATERAL (
    SELECT c.ordinal, c.embedding FROM chunk_embeddings c
    WHERE c.document_id = s.document_id AND c.space_id = {space} OFFSET 0) e
ORDER BY distance, s.place, e.ordinal LIMIT %(limit)s
"""
# A document's ordinals are one string, "4,17", because PostgreSQL's nested arrays must have equal lengths.
_AMONG = """
SELECT s.place, e.ordinal, (e.embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions})) AS distance
FROM unnest(%(documents)b::uuid[], %(ordinals)b::text[]) WITH ORDINALITY AS s(document_id, ordinals, place)
CROSS JOIN LATERAL (
    SELECT c.ordinal, c.embedding FROM chunk_embeddings c
    WHERE c.document_id = s.document_id AND c.space_id = {space}
      AND c.ordinal = ANY(string_to_array(s.ordinals, ',')::int[]) OFFSET 0) e
ORDER BY distance, s.place, e.ordinal LIMIT %(limit)s
"""
_SIGNATURES = """
SELECT s.place, g.signatures FROM unnest(%(documents)b::uuid[]) WITH ORDINALITY AS s(document_id, place)
CROSS JOIN LATERAL (
    SELECT c.signatures FROM chunk_signatures c
    WHERE c.document_id = s.document_id AND c.space_id = {space} OFFSET 0) g
ORDER BY s.place
"""
# The planner uses the graph only if the query has the tenant as a constant, so this statement returns the tenant's id.
_GRAPH = """
SELECT t.id, c.reltuples::bigint, (SELECT sum(i.chunk_count) FROM indexed_documents i)::bigint
FROM (SELECT current_tenant() AS id) t
JOIN pg_index i ON i.indexrelid = to_regclass('{prefix}{space}_' || replace(t.id::text, '-', ''))
JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid
"""
_NEAR = """
SELECT e.document_id, e.ordinal, (e.embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions})) AS distance
FROM chunk_embeddings e
WHERE e.space_id = {space} AND e.tenant_id = %(tenant)b::uuid{among}
ORDER BY e.embedding::halfvec({dimensions}) <#> %(vector)s::halfvec({dimensions}) LIMIT %(limit)s
"""
_AMONG_DOCUMENTS = " AND e.document_id = ANY(%(documents)b::uuid[])"
# Disable sorting for the rest of the transaction, or the planner may sort all rows instead of searching the graph. The
# setting only raises the estimated cost: statements that need a sort still work.
_WALK = text(
    "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', :ef, true), "
    "set_config('hnsw.max_scan_tuples', :most, true), set_config('enable_sort', 'off', true)"
)


class SearchRepository:
    """Runs the statements of a search in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = driver_connection(session)

    def list_candidates(
        self,
        filters: SearchFilters,
        *,
        name_forms: Sequence[str] | None = None,
        records: Iterable[UUID] = (),
        documents: Iterable[UUID] | None = None,
    ) -> list[Candidate]:
        """List searchable documents, oldest first: with `name_forms`, only those of the issuer records `records`, and
        those without a record whose issuer has one of these names; with `documents`, only these.
        """
        conditions, parameters = _conditions(filters)
        layout = "NULL"
        if name_forms is not None:
            conditions.append(_NAMED)
            parameters["forms"], parameters["records"] = list(name_forms), list(records)
            layout = "i.layout"  # an issuer has few documents, so load the layouts at once
        if documents is not None:
            conditions.append("d.id = ANY(%(documents)b::uuid[])")
            parameters["documents"] = list(documents)
        cursor = self._driver.cursor(binary=True)
        statement = _CANDIDATES.format(layout=layout, conditions=" AND ".join(conditions))
        return [Candidate(*row) for row in cursor.execute(statement, parameters).fetchall()]

    def list_unsure(self, terms: Sequence[int]) -> list[UnsureDocument]:
        """List the visible documents whose issuer was not read with certainty, and which have all terms."""
        cursor = self._driver.cursor(binary=True)
        statement = _UNSURE.format(unsure=UNSURE_ISSUER)
        parameters = {"terms": list(terms), "doubtful": DOUBTFUL_ISSUER.pattern, "count": len(terms)}
        return [
            UnsureDocument(document_id, min(counts), max(int.from_bytes(at, "little") & ORDINAL_MASK for at in firsts))
            for document_id, counts, firsts in cursor.execute(statement, parameters).fetchall()
        ]

    def list_term_documents(self, terms: Iterable[int]) -> dict[int, dict[UUID, int]]:
        """Return term → visible document → number of its chunks with the term."""
        cursor = self._driver.cursor(binary=True)
        found: dict[int, dict[UUID, int]] = {}
        for term, document, count in cursor.execute(_TERM_DOCUMENTS, {"terms": list(terms)}).fetchall():
            found.setdefault(term, {})[document] = count
        return found

    def list_terms(self, terms: Sequence[int], documents: Sequence[UUID]) -> list[TermRows]:
        """List the postings of the terms in the documents."""
        rows = run_keyed(self._session, _TERMS, {"terms": list(terms), "documents": list(documents)})
        return [TermRows(*row) for row in rows]

    def count_terms(self, terms: Sequence[int]) -> dict[int, int]:
        """Return term → number of visible chunks that contain it."""
        cursor = self._driver.cursor(binary=True)
        return dict(cursor.execute(_FREQUENCIES, {"terms": list(terms)}).fetchall())

    def find_nearest(
        self, vector: npt.NDArray[np.float32], documents: Sequence[UUID], *, space_id: int, limit: int
    ) -> Near:
        """Find the nearest chunks of the documents, by comparing all their chunks."""
        statement = _EXACT.format(space=int(space_id), dimensions=len(vector))
        parameters = {"documents": list(documents), "vector": _literal(vector), "limit": limit}
        rows = run_keyed(self._session, statement, parameters)
        return _near([(place - 1, ordinal, distance) for place, ordinal, distance in rows])

    def find_nearest_among(
        self,
        vector: npt.NDArray[np.float32],
        documents: Sequence[UUID],
        *,
        places: npt.NDArray[np.int64],
        ordinals: npt.NDArray[np.int64],
        space_id: int,
        limit: int,
    ) -> Near:
        """Find the nearest of the given chunks.

        `places` are the chunks' indexes in `documents`, ascending. `ordinals` are their positions in the documents.
        """
        named, first = np.unique(places, return_index=True)
        parameters = {
            "documents": [documents[place] for place in named.tolist()],
            "ordinals": [",".join(map(str, of_one.tolist())) for of_one in np.split(ordinals, first[1:])],
            "vector": _literal(vector),
            "limit": limit,
        }
        rows = run_keyed(self._session, _AMONG.format(space=int(space_id), dimensions=len(vector)), parameters)
        return _near([(int(named[place - 1]), ordinal, distance) for place, ordinal, distance in rows])

    def list_signatures(self, documents: Sequence[UUID], *, space_id: int) -> list[tuple[int, bytes]]:
        """List (index, signatures of its chunks in order) of each document that has vectors in this space."""
        rows = run_keyed(self._session, _SIGNATURES.format(space=int(space_id)), {"documents": list(documents)})
        return [(place - 1, signatures) for place, signatures in rows]

    def find_graph(self, space_id: int) -> Graph | None:
        """Return the graph of the principal's tenant, or None if it has none (`app.retrieval.index.graphs`)."""
        cursor = self._driver.cursor(binary=True)
        row = cursor.execute(_GRAPH.format(prefix=INDEX_PREFIX, space=int(space_id))).fetchone()
        return None if row is None else Graph(*row)

    def find_near(
        self,
        graph: Graph,
        vector: npt.NDArray[np.float32],
        documents: Sequence[UUID],
        *,
        counted: int,
        space_id: int,
        limit: int,
        breadth: int,
        most_scanned: int,
    ) -> Near:
        """Find near chunks of the documents in the graph. Some of the nearest may be missing.

        The documents have `counted` chunks in total.

        The search keeps `breadth` candidates (HNSW's ef) and stops after `limit` visible rows or `most_scanned` scanned
        rows.
        """
        self._session.execute(_WALK, {"ef": str(min(1000, breadth)), "most": str(most_scanned)})
        parameters = {"vector": _literal(vector), "limit": limit, "tenant": graph.tenant_id}
        among = ""
        # The list of ids costs 1 ms per 1,000 documents, so it is omitted if all visible documents are searched.
        if counted < graph.visible_chunks:
            among = _AMONG_DOCUMENTS
            parameters["documents"] = list(documents)
        statement = _NEAR.format(space=int(space_id), dimensions=len(vector), among=among)
        rows = self._driver.cursor(binary=True).execute(statement, parameters).fetchall()
        places = {document: place for place, document in enumerate(documents)}
        found = [
            (places[row[0]], row[1], row[2]) for row in rows if row[0] in places
        ]  # without a snapshot, documents may have been published after the list was read
        return _near(sorted(found, key=lambda row: (row[2], row)))

    def list_layouts(self, documents: Sequence[UUID]) -> dict[UUID, bytes]:
        """Return document → packed layout of its chunks (`app.retrieval.index.postings.LAYOUT`)."""
        return dict(run_keyed(self._session, _LAYOUTS, {"documents": list(documents)}))

    def list_chunks(self, places: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], ChunkRow]:
        """Return the chunks at the given (document, ordinal) keys."""
        documents, ordinals = [document for document, _ in places], [ordinal for _, ordinal in places]
        found = run_keyed(self._session, _CHUNKS, {"documents": documents, "ordinals": ordinals})
        rows = [ChunkRow(*row) for row in found]
        return {(row.document_id, row.ordinal): row for row in rows}


def _conditions(filters: SearchFilters) -> tuple[list[str], dict[str, Any]]:
    """Return the SQL conditions and parameters of the filters that are set. Deleted and empty documents are always
    excluded.
    """
    wanted = (
        ("collections", _IN_COLLECTIONS, list(filters.collection_ids)),
        ("issuers", _OF_ISSUERS, [normalise_issuer(name) for name in filters.issuers]),
        ("types", "d.document_type = ANY(%(types)b::text[])", [kind.value for kind in filters.document_types]),
        ("years", "d.fiscal_year = ANY(%(years)b::int[])", list(filters.fiscal_years)),
        ("periods", "d.fiscal_period = ANY(%(periods)b::text[])", [period.value for period in filters.periods]),
        ("ids", "d.id = ANY(%(ids)b::uuid[])", list(filters.document_ids)),
    )
    chosen = [(name, condition, values) for name, condition, values in wanted if values]
    return (
        ["d.deleted_at IS NULL", "i.chunk_count > 0", *(condition for _, condition, _ in chosen)],
        {"own": list(filters.issuer_records)} | {name: values for name, _, values in chosen},
    )


def _literal(vector: npt.NDArray[np.float32]) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def _near(rows: Sequence[tuple[int, int, float]]) -> Near:
    places, ordinals, distances = zip(*rows, strict=True) if rows else ((), (), ())
    return Near(np.asarray(places, np.int64), np.asarray(ordinals, np.int64), -np.asarray(distances, np.float32))

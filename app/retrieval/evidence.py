"""Gathering evidence for one question: which lists are ranked over which chunks, and by which plan."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.retrieval.lexicon import idf, term_id, tokenise
from app.retrieval.postings import TermHits, score_chunks
from app.retrieval.ranking import Found, Fusion, Positions, RankedList, Scores, best_positions
from app.retrieval.repository import Candidate, Near, SearchRepository, TermRows
from app.retrieval.understanding import Understanding
from app.retrieval.vocabulary import SIGNATURES, Statement
from app.retrieval.wording import search_terms


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """Where plans change, in chunks that the search may see, and how long lists are.

    Up to `exact_chunks` vectors are compared one by one; over it the graph is walked. Up to `most_postings` postings are
    read; over it a question's commonest terms are left out.
    """

    exact_chunks: int = 10_000
    most_postings: int = 1_000_000
    most_scanned: int = 40_000
    list_length: int = 200
    statement_documents: int = 6


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each list counts in the fusion."""

    lexical: float = 1.0
    dense: float = 1.0
    synonyms: float = 0.5
    named_statement: float = 3.0
    implied_statement: float = 1.0


class EvidenceGatherer:
    """One search over `scope`: the documents that it may find, each with its prior. Lives as long as its transaction."""

    def __init__(
        self,
        *,
        repository: SearchRepository,
        scope: Sequence[Candidate],
        priors: Sequence[float],
        space_id: int,
        limits: SearchLimits,
        weights: Weights | None = None,
    ) -> None:
        self._repository = repository
        self._scope = scope
        self._priors = np.asarray(priors, np.float32)
        self._space_id = space_id
        self._limits = limits
        self._weights = weights or Weights()
        self._ids: list[UUID] = [candidate.document_id for candidate in scope]
        self._offsets: Positions = np.concatenate(
            ([0], np.cumsum([candidate.chunk_count for candidate in scope]))
        ).astype(np.int64)
        self._layouts: dict[UUID, npt.NDArray[np.void]] = {}

    @property
    def _total(self) -> int:
        return int(self._offsets[-1])

    def gather(
        self, core: str, vector: npt.NDArray[np.float32], understanding: Understanding, *, k: int
    ) -> list[Found]:
        """Up to `k` chunks, never fewer than min(k, the scope's chunks)."""
        length = max(self._limits.list_length, 4 * k)
        asked = search_terms(core)
        synonyms = tokenise(" ".join(understanding.synonyms))
        signatures = {statement: tokenise(SIGNATURES[statement]) for statement in understanding.statements}
        rows = self._read_terms({term_id(term) for term in chain(asked, synonyms, *signatures.values())})
        fusion = Fusion(offsets=self._offsets, priors=self._priors.tolist())
        lexical = self._score(asked, rows)
        fusion.add(RankedList(best_positions(lexical, limit=length), self._weights.lexical))
        fusion.add(
            RankedList(self._near(vector, length, exact=self._total <= self._limits.exact_chunks), self._weights.dense)
        )
        if synonyms:
            fusion.add(RankedList(best_positions(self._score(synonyms, rows), limit=length), self._weights.synonyms))
        for statement, terms in signatures.items():
            self._add_statement(fusion, statement, terms, rows, understanding)
        found = fusion.arrange(self._page_of(fusion.documents()), limit=k)
        if len(found) < min(k, self._total):
            fusion.add(RankedList(self._near(vector, length, exact=True), self._weights.dense))
            found = fusion.arrange(self._page_of(fusion.documents()), limit=k)
        return found

    def _read_terms(self, terms: set[int]) -> dict[int, TermRows]:
        if self._total * len(terms) > self._limits.most_postings:
            counts = sorted(self._repository.count_terms(list(terms)).items(), key=lambda item: item[1])
            totals = np.cumsum([count for _, count in counts])
            terms = {
                term
                for (term, _), total in zip(counts, totals.tolist(), strict=True)
                if total <= self._limits.most_postings
            }
        return {row.term_id: row for row in self._repository.list_terms(list(terms), self._ids)} if terms else {}

    def _score(self, terms: Iterable[str], rows: dict[int, TermRows]) -> Scores:
        """BM25 of every chunk of the scope; document frequencies are the scope's own."""
        hits: list[TermHits] = []
        for term, times in Counter(map(term_id, terms)).items():
            row = rows.get(term)
            if row is not None:
                weight = min(times, 2) * idf(sum(row.counts), total=self._total)
                hits.append(TermHits(weight, np.asarray(row.documents) - 1, row.counts, row.packed))
        return score_chunks(hits, offsets=self._offsets)

    def _near(self, vector: npt.NDArray[np.float32], length: int, *, exact: bool) -> Positions:
        if exact:
            near = self._repository.find_nearest(vector, self._ids, space_id=self._space_id, limit=length)
        else:
            near = self._walk(vector, length)
        return self._offsets[near.documents] + near.ordinals

    def _walk(self, vector: npt.NDArray[np.float32], length: int) -> Near:
        return self._repository.find_near(
            vector,
            self._ids,
            narrowed=True,
            space_id=self._space_id,
            limit=length,
            most_scanned=self._limits.most_scanned,
        )

    def _add_statement(
        self,
        fusion: Fusion,
        statement: Statement,
        terms: Sequence[str],
        rows: dict[int, TermRows],
        understanding: Understanding,
    ) -> None:
        """Rank whole pages by how much they read like the statement, in the likeliest documents."""
        likeliest = np.argsort(-self._priors, kind="stable")[: self._limits.statement_documents]
        scores = self._score(terms, rows)
        self._load_layouts(likeliest.tolist())
        pages: list[tuple[float, int]] = []
        for place in likeliest.tolist():
            begin, end = int(self._offsets[place]), int(self._offsets[place + 1])
            part, layout = scores[begin:end], self._layouts[self._ids[place]]
            numbers, inverse = np.unique(layout["page"], return_inverse=True)
            sums = np.bincount(inverse, weights=part * np.where(layout["is_table"], 1.0, 0.5), minlength=len(numbers))
            for page in np.argsort(-sums, kind="stable")[:8].tolist():
                best = begin + int(np.argmax(np.where(inverse == page, part, -1.0)))
                pages.append((float(sums[page] * self._priors[place]), best))
        pages.sort(key=lambda item: -item[0])
        named = statement in understanding.named_statements
        weight = self._weights.named_statement if named else self._weights.implied_statement
        fusion.add(RankedList(np.asarray([best for _, best in pages], np.int64), weight))

    def _page_of(self, documents: list[int]) -> "_Pages":
        self._load_layouts(documents)
        return _Pages(self._ids, self._layouts)

    def _load_layouts(self, documents: list[int]) -> None:
        missing = [self._ids[place] for place in documents if self._ids[place] not in self._layouts]
        if missing:
            self._layouts.update(self._repository.list_layouts(missing))


class _Pages:
    """The page of a chunk, by its document's place and its ordinal."""

    def __init__(self, ids: list[UUID], layouts: dict[UUID, npt.NDArray[np.void]]) -> None:
        self._ids = ids
        self._layouts = layouts

    def __call__(self, document: int, ordinal: int) -> int:
        return int(self._layouts[self._ids[document]]["page"][ordinal])

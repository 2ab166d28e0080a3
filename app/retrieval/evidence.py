"""Gather evidence for one question: rank chunks by words, vectors and statements, and fuse the ranked lists."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.documents.content.statements import Statement
from app.retrieval.dense import DenseSearch, Plan
from app.retrieval.index.lexicon import idf, term_id, tokenise
from app.retrieval.index.postings import SURE, TermHits, score_chunks, unpack_layout
from app.retrieval.limits import SearchLimits
from app.retrieval.questions.understanding import Understanding
from app.retrieval.ranking import Found, Fusion, Positions, RankedList, Scores, best_positions
from app.retrieval.repository import Candidate, Near, SearchRepository, TermRows


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each ranked list in the fusion."""

    lexical: float = 1.0
    dense: float = 0.8
    synonyms: float = 0.75
    named_statement: float = 3.0
    implied_statement: float = 1.5


class EvidenceGatherer:
    """Searches the documents in `scope` in one transaction. `priors` has the prior of each document. `plan` is how the
    question's vector was compared, or None without a vector.
    """

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
        self._priors = np.asarray(priors, np.float32)
        self._space_id = space_id
        self._limits = limits
        self._weights = weights or Weights()
        self.plan: Plan | None = None
        self._ids: list[UUID] = [candidate.document_id for candidate in scope]
        self._counts = np.asarray([candidate.chunk_count for candidate in scope], np.int64)
        self._offsets: Positions = np.concatenate(([0], np.cumsum(self._counts))).astype(np.int64)
        self._layouts = {
            place: unpack_layout(candidate.layout)
            for place, candidate in enumerate(scope)
            if candidate.layout is not None
        }

    @property
    def _total(self) -> int:
        return int(self._offsets[-1])

    def gather(self, vector: npt.NDArray[np.float32] | None, understanding: Understanding, *, k: int) -> list[Found]:
        """Return exactly min(k, number of chunks in the scope) chunks. Without a vector, only chunks with words of the
        question and statement pages are found, and may be fewer.
        """
        length = max(self._limits.list_length, 4 * k)
        asked = understanding.search_terms
        synonyms = tokenise(" ".join(understanding.synonyms))
        rows = self._read_terms({term_id(term) for term in chain(asked, synonyms)})
        fusion = Fusion(offsets=self._offsets, priors=self._priors)
        fusion.add(RankedList(best_positions(self._score(asked, rows), limit=length), self._weights.lexical))
        if vector is not None:
            fusion.add(RankedList(self._near(vector, length), self._weights.dense))
        if synonyms:
            fusion.add(RankedList(best_positions(self._score(synonyms, rows), limit=length), self._weights.synonyms))
        for statement in understanding.statements:
            named = statement in understanding.named_statements
            weight = self._weights.named_statement if named else self._weights.implied_statement
            fusion.add(RankedList(self._statement_pages(statement), weight))
        found = self._arrange(fusion, k)
        if vector is not None and len(found) < min(k, self._total):
            near = self._dense(np.arange(len(self._ids))).find_nearest(vector, limit=length)
            fusion.add(RankedList(self._positions(near), self._weights.dense))
            found = self._arrange(fusion, k)
        return found

    def _read_terms(self, terms: set[int]) -> dict[int, TermRows]:
        if self._total * len(terms) > self._limits.most_postings:
            terms = self._affordable(terms)
        return {row.term_id: row for row in self._repository.list_terms(list(terms), self._ids)} if terms else {}

    def _affordable(self, terms: set[int]) -> set[int]:
        """Keep the rarest terms whose postings fit into the limit. Common terms hardly change a score."""
        counts = sorted(self._repository.count_terms(list(terms)).items(), key=lambda item: item[1])
        totals = np.cumsum([count for _, count in counts])
        within = (totals <= self._limits.most_postings).tolist()
        return {term for (term, _), fits in zip(counts, within, strict=True) if fits}

    def _score(self, terms: Iterable[str], rows: dict[int, TermRows]) -> Scores:
        """Return the BM25 score of every chunk in the scope. Document frequencies are counted in the scope only."""
        hits: list[TermHits] = []
        for term, times in Counter(map(term_id, terms)).items():
            row = rows.get(term)
            if row is not None:
                weight = min(times, 2) * idf(sum(row.counts), total=self._total)
                hits.append(TermHits(weight, np.asarray(row.documents, np.int64) - 1, row.counts, row.packed))
        return score_chunks(hits, offsets=self._offsets)

    def _near(self, vector: npt.NDArray[np.float32], length: int) -> Positions:
        """Rank chunks by vector: only those of the likeliest documents, or those of all documents if the likeliest have
        too many chunks.
        """
        likeliest = self._likeliest()
        if int(self._counts[likeliest].sum()) <= self._limits.likeliest_chunks:
            dense = self._dense(likeliest)
            near = dense.find_near(vector, limit=length)
            self.plan = dense.plan
            return self._offsets[likeliest[near.documents]] + near.ordinals
        dense = self._dense(np.arange(len(self._ids)))
        near = dense.find_near(vector, limit=length)
        self.plan = dense.plan
        return self._positions(near)

    def _dense(self, places: Positions) -> DenseSearch:
        return DenseSearch(
            repository=self._repository,
            documents=[self._ids[place] for place in places.tolist()],
            counts=self._counts[places],
            space_id=self._space_id,
            limits=self._limits,
        )

    def _likeliest(self) -> Positions:
        """Return the indexes of documents with at least half the highest prior. Documents with lower priors follow
        until there are enough chunks to fill a ranked list.
        """
        order = np.argsort(-self._priors, kind="stable")
        before = np.cumsum(self._counts[order]) - self._counts[order]
        chosen = (self._priors[order] >= 0.5 * self._priors[order[0]]) | (before < self._limits.list_length)
        places: Positions = order[chosen]
        return places

    def _positions(self, near: Near) -> Positions:
        return self._offsets[near.documents] + near.ordinals

    def _statement_pages(self, statement: Statement) -> Positions:
        """Rank the statement pages of the likeliest documents by confidence times prior. One chunk stands for each
        page, a table chunk if the page has one.
        """
        likeliest = np.argsort(-self._priors, kind="stable")[: self._limits.statement_documents].tolist()
        self._load_layouts(likeliest)
        positions: list[Positions] = []
        values: list[npt.NDArray[np.float64]] = []
        for place in likeliest:
            layout = self._layouts[place]
            sure = layout[statement.value].astype(np.float64)
            # Choose the first table chunk of each page, or the first chunk of a page without a table.
            order = np.lexsort((np.arange(len(layout)), 1 - layout["is_table"], layout["page"]))
            _, first = np.unique(layout["page"][order], return_index=True)
            ordinals = order[first]
            ordinals = ordinals[sure[ordinals] >= self._limits.least_sure * SURE]
            positions.append(self._offsets[place] + ordinals)
            values.append(sure[ordinals] * self._priors[place])
        every, value = np.concatenate(positions), np.concatenate(values)
        best: Positions = every[np.argsort(-value, kind="stable")][: self._limits.statement_pages]
        return best

    def _arrange(self, fusion: Fusion, k: int) -> list[Found]:
        self._load_layouts(fusion.documents())
        return fusion.arrange(self._pages, limit=k)

    def _pages(self, documents: Positions, ordinals: Positions) -> Positions:
        pages = np.zeros(len(documents), np.int64)
        for place in np.unique(documents).tolist():
            of_it = documents == place
            pages[of_it] = self._layouts[place]["page"][ordinals[of_it]]
        return pages

    def _load_layouts(self, documents: list[int]) -> None:
        missing = [place for place in documents if place not in self._layouts]
        if missing:
            stored = self._repository.list_layouts([self._ids[place] for place in missing])
            self._layouts.update((place, unpack_layout(stored[self._ids[place]])) for place in missing)

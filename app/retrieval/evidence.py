"""Gather evidence for one question: collect candidate pages by words, vectors and statements, and order them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.documents.content.statements import Statement
from app.retrieval.candidates import Candidates, Floats
from app.retrieval.dense import NOTHING_NEAR, DenseSearch, Plan
from app.retrieval.index.lexicon import idf, term_id, tokenise
from app.retrieval.index.postings import SURE, Hits, score_chunks, unpack_hits, unpack_layout
from app.retrieval.limits import SearchLimits
from app.retrieval.priors import document_signals
from app.retrieval.questions.understanding import Understanding
from app.retrieval.ranker import Ranker, standard_ranker
from app.retrieval.ranking import Found, Positions, RankedList, Scores, arrange, fuse
from app.retrieval.repository import Candidate, SearchRepository
from app.retrieval.signals import Evidence, PageSignals, question_signals

# Weights of the ranked lists, by which the chunks of a page are ordered (`app.retrieval.ranking.fuse`).
_WORDS, _NEAR, _SYNONYMS, _NAMED_STATEMENT, _IMPLIED_STATEMENT = 1.0, 0.8, 0.75, 3.0, 1.5

_MOST_TIMES = 2  # a word that a question repeats counts at most this many times


@dataclass(frozen=True, slots=True)
class AskedTerms:
    """The ids of a question's terms, those of its synonyms with how often each occurs, and of its concepts' words."""

    asked: Counter[int]
    synonyms: Counter[int]
    others: frozenset[int]
    of_concepts: frozenset[int]

    @classmethod
    def of(cls, understanding: Understanding) -> "AskedTerms":
        concepts = understanding.concepts
        return cls(
            Counter(map(term_id, understanding.search_terms)),
            Counter(map(term_id, tokenise(" ".join(understanding.synonyms)))),
            frozenset(term_id(term) for concept in concepts for words in concept.others for term in words),
            frozenset(term_id(term) for concept in concepts for term in concept.asked),
        )

    def every(self) -> set[int]:
        return {*self.asked, *self.synonyms, *self.others, *self.of_concepts}


_STATE = attrgetter(
    *("document_id", "version_id", "indexed", "chunk_count", "title", "issuer", "issuer_key", "issuer_id"),
    *("document_type", "fiscal_year", "fiscal_period", "period_end", "filing_date"),
)


def states_of(scope: Sequence[Candidate]) -> tuple[tuple[object, ...], ...]:
    """Return everything of documents that the ranks of their chunks depend on."""
    return tuple((*_STATE(candidate), repr(candidate.issuer_aliases)) for candidate in scope)


def is_decided_by_scope(scope: Sequence[Candidate], understanding: Understanding, limits: SearchLimits) -> bool:
    """Return whether what is gathered depends on the documents of the scope alone: in a larger scope, the frequencies
    of terms in all documents, or the tenant's graph, decide too.
    """
    total = sum(candidate.chunk_count for candidate in scope)
    return total < limits.graph_chunks and total * len(AskedTerms.of(understanding).every()) <= limits.most_postings


class EvidenceGatherer:
    """Searches the documents in `scope` in one transaction. `priors` has the prior of each document: it decides which
    documents are searched by vector and for statement pages. `plan` is how the question's vector was
    compared, or None without a vector.
    """

    def __init__(
        self,
        *,
        repository: SearchRepository,
        scope: Sequence[Candidate],
        priors: Sequence[float],
        space_id: int,
        limits: SearchLimits,
        ranker: Ranker | None = None,
    ) -> None:
        self._repository = repository
        self._priors = np.asarray(priors, np.float32)
        self._space_id = space_id
        self._limits = limits
        self._ranker = ranker
        self._scope = scope
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
        pages = self.collect(vector, understanding, depth=max(self._limits.list_length, 4 * k))
        found = pages.arrange(self._ranker or standard_ranker(), limit=k) if pages is not None else []
        if len(found) < min(k, self._total) and vector is not None:
            found += self._rest(vector, found, limit=k)
        return found

    def collect(
        self, vector: npt.NDArray[np.float32] | None, understanding: Understanding, *, depth: int
    ) -> "RankedPages | None":
        """Collect the candidate pages: those of the first `depth` chunks by each kind of evidence. None if there are
        none.
        """
        terms = AskedTerms.of(understanding)
        asked, synonyms, others = terms.asked, terms.synonyms, terms.others
        hits = self._read_terms(terms.every())
        evidence = Evidence(
            hits=hits,
            words=self._score(asked, hits),
            synonyms=self._score(synonyms, hits),
            others=self._score(Counter(others - asked.keys()), hits),
            near=NOTHING_NEAR.documents,
            similarities=NOTHING_NEAR.similarities,
            synonym_terms=tuple(synonyms),
            depth=depth,
        )
        if vector is not None:
            positions, similarities = self._near(vector, depth)
            evidence = replace(evidence, near=positions, similarities=similarities)
        statements = [
            RankedList(
                self._statement_pages(statement),
                _NAMED_STATEMENT if statement in understanding.named_statements else _IMPLIED_STATEMENT,
            )
            for statement in understanding.statements
        ]
        lists = [
            RankedList(evidence.by_words, _WORDS),
            RankedList(evidence.near, _NEAR),
            RankedList(evidence.by_synonyms, _SYNONYMS),
            *statements,
        ]
        listed = np.concatenate([evidence.by_others, *(ranked.positions for ranked in lists)])
        if not len(listed):
            return None
        places = np.unique(np.searchsorted(self._offsets, listed, side="right") - 1).tolist()
        self._load_layouts(places)
        pages = Candidates.of(listed, offsets=self._offsets, layouts=self._layouts)
        return RankedPages(
            pages=pages,
            signals=PageSignals(understanding, evidence, pages, documents=len(self._ids)).compute(),
            question=question_signals(understanding),
            documents=document_signals(self._scope, self._priors, understanding, places),
            of_pages=np.searchsorted(places, pages.documents),
            chunk_scores=fuse(lists, pages.chunks),
            offsets=self._offsets,
        )

    def _rest(self, vector: npt.NDArray[np.float32], found: Sequence[Found], *, limit: int) -> list[Found]:
        """Return the nearest chunks of all documents that are not in `found`, to fill up a result of `limit` chunks."""
        near = self._dense(np.arange(len(self._ids))).find_nearest(vector, limit=limit)
        taken = {(item.document, item.ordinal) for item in found}
        rest = [key for key in zip(near.documents.tolist(), near.ordinals.tolist(), strict=True) if key not in taken]
        return [Found(document, ordinal, 0.0) for document, ordinal in rest[: limit - len(found)]]

    def _read_terms(self, terms: set[int]) -> dict[int, Hits]:
        if self._total * len(terms) > self._limits.most_postings:
            terms = self._affordable(terms)
        rows = self._repository.list_terms(list(terms), self._ids) if terms else []
        return {
            row.term_id: unpack_hits(
                row.packed,
                np.asarray(row.documents, np.int64) - 1,
                row.counts,
                idf=idf(sum(row.counts), total=self._total),
                offsets=self._offsets,
            )
            for row in rows
        }

    def _affordable(self, terms: set[int]) -> set[int]:
        """Keep the rarest terms whose postings fit into the limit. Common terms hardly change a score."""
        counts = sorted(self._repository.count_terms(list(terms)).items(), key=lambda item: item[1])
        totals = np.cumsum([count for _, count in counts])
        within = (totals <= self._limits.most_postings).tolist()
        return {term for (term, _), fits in zip(counts, within, strict=True) if fits}

    def _score(self, terms: Mapping[int, int], hits: Mapping[int, Hits]) -> Scores:
        """Return the BM25 score of every chunk in the scope. Document frequencies are counted in the scope only."""
        known = ((hits[term], min(times, _MOST_TIMES)) for term, times in terms.items() if term in hits)
        return score_chunks(known, total=self._total)

    def _near(self, vector: npt.NDArray[np.float32], length: int) -> tuple[Positions, npt.NDArray[np.float32]]:
        """Rank chunks by vector, with their similarities: only those of the likeliest documents, or those of all
        documents if the likeliest have too many chunks.
        """
        likeliest = self._likeliest()
        if int(self._counts[likeliest].sum()) <= self._limits.likeliest_chunks:
            dense = self._dense(likeliest)
            near = dense.find_near(vector, limit=length)
            self.plan = dense.plan
            return self._offsets[likeliest[near.documents]] + near.ordinals, near.similarities
        dense = self._dense(np.arange(len(self._ids)))
        near = dense.find_near(vector, limit=length)
        self.plan = dense.plan
        return self._offsets[near.documents] + near.ordinals, near.similarities

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

    def _load_layouts(self, documents: list[int]) -> None:
        missing = [place for place in documents if place not in self._layouts]
        if missing:
            stored = self._repository.list_layouts([self._ids[place] for place in missing])
            self._layouts.update((place, unpack_layout(stored[self._ids[place]])) for place in missing)


@dataclass(frozen=True, slots=True)
class RankedPages:
    """Candidate pages with their signals, ready for a ranker. `documents` has the signals of documents, `of_pages` the
    row of each page's document in it, and `chunk_scores` the scores by which chunks of one page are ordered.
    """

    pages: Candidates
    signals: Floats
    question: Floats
    documents: Floats
    of_pages: Positions
    chunk_scores: npt.NDArray[np.float64]
    offsets: Positions

    def arrange(self, ranker: Ranker, *, limit: int) -> list[Found]:
        """Return up to `limit` chunks: the best chunk of each page, best page first, then the other chunks."""
        scores = ranker.score(
            pages=self.signals, question=self.question, documents=self.documents, of_pages=self.of_pages
        )
        return arrange(self.pages, scores, self.chunk_scores, offsets=self.offsets, limit=limit)

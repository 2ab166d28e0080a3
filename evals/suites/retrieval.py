"""Retrieval: whether a page with the evidence is among the first k distinct pages.

Each question is asked twice: about all documents, and about only the documents with the evidence (`own_…`). The second
search measures how well the page is found if the document is known. The data is a question set
(`evals.datasets.questions`). The system itself extracts the issuers and periods from the documents.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import ir_measures
from ir_measures import RR, Measure, R, Success, nDCG

from app.core.principal import Principal
from app.evaluations.metrics import MetricSpec
from app.llm.port import Embedder
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage
from app.retrieval.service import RetrievalService, SearchResult
from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.context import SuiteContext, Used
from evals.environment.store import Names, Store, describe_graph, describe_space, open_question_store
from evals.running.engine import Case, Suite

DEPTHS = (1, 5, 10, 20)
PASSAGES = 60  # enough for 20 distinct pages
TRACED = 20

# "recall@k" is whether any evidence page is among the first k (success@k): one page is enough for an answer.
_MEASURES: Mapping[str, Measure] = {
    **{f"recall@{depth}": Success @ depth for depth in DEPTHS},
    "mrr": RR,
    "ndcg@10": nDCG @ 10,
    "all_evidence@20": R @ 20,
}


class Search(Protocol):
    """The measured interface: `RetrievalService.search`."""

    def search(
        self, principal: Principal, question: str, filters: SearchFilters | None = None, *, k: int
    ) -> SearchResult: ...


@dataclass(frozen=True, slots=True)
class RetrievalScoring:
    """Scores questions on a store. Implements `Scoring`."""

    search: Search
    principal: Principal
    names: Names
    used: Used

    def score(self, case: QuestionCase) -> Case:
        """Score the case by the reciprocal rank of the first evidence page in a search over all documents."""
        whole = self.search.search(self.principal, case.question, k=PASSAGES)
        pages = distinct_pages(whole.passages, self.names)
        own_pages = distinct_pages(self._search_own(case), self.names)
        wanted = case.evidence_documents()
        measures: dict[str, float | None] = dict(measure_pages(pages, case.evidence_pages()))
        measures["doc@1"] = float(bool(pages) and not wanted.isdisjoint(pages[0][0]))
        own = measure_pages(own_pages, case.evidence_pages())
        measures |= {f"own_{name}": own[name] for name in ("recall@1", "recall@5", "recall@10", "recall@20", "mrr")}
        rank, own_rank = first_rank(pages, case.evidence_pages()), first_rank(own_pages, case.evidence_pages())
        return Case(
            id=case.id,
            kind=case.kind,
            score=1 / rank if rank else 0.0,
            reason=self._reason(rank, wanted, len(pages)),
            measures=measures,
            details={
                "rank": rank,
                "own_rank": own_rank,
                "first_document_right": measures["doc@1"] == 1,
                "evidence": sorted([document, page] for document, page in case.evidence_pages()),
                "found": [[*files, page] for files, page in pages[:10]],
            },
            trace={
                "question": case.question,
                "understood": whole.understanding.as_record(),
                "vector_plan": whole.plan,
                "retrieved": [
                    {"rank": place, "documents": list(files), "page": page}
                    for place, (files, page) in enumerate(pages[:TRACED], 1)
                ],
                "retrieved_of_own_documents": [
                    {"rank": place, "documents": list(files), "page": page}
                    for place, (files, page) in enumerate(own_pages[:TRACED], 1)
                ],
            },
        )

    def _search_own(self, case: QuestionCase) -> Sequence[Passage]:
        wanted = case.evidence_documents()
        own = tuple(document for document, files in self.names.items() if not wanted.isdisjoint(files))
        if not own:
            return ()
        return self.search.search(self.principal, case.question, SearchFilters(document_ids=own), k=PASSAGES).passages

    def _reason(self, rank: int | None, wanted: frozenset[str], pages: int) -> str:
        if rank is not None:
            return f"evidence page at rank {rank}"
        if wanted.isdisjoint(chain.from_iterable(self.names.values())):
            return "the evidence's document is not in the store"
        return f"no evidence page among {pages} pages"


class RetrievalSuite(Suite[QuestionCase]):
    name = "retrieval"
    version = "2"
    purpose = "evidence page among the first k pages found, of all documents and of its own document"
    metrics = (
        *(MetricSpec(name=f"recall@{depth}", of=(f"recall@{depth}",)) for depth in DEPTHS),
        MetricSpec(name="mrr", of=("mrr",)),
        MetricSpec(name="ndcg@10", of=("ndcg@10",)),
        MetricSpec(name="all_evidence@20", of=("all_evidence@20",)),
        MetricSpec(name="doc@1", of=("doc@1",)),
        *(MetricSpec(name=f"own_recall@{depth}", of=(f"own_recall@{depth}",)) for depth in DEPTHS),
        MetricSpec(name="own_mrr", of=("own_mrr",)),
    )

    def load(self, data: Path) -> Sequence[QuestionCase]:
        return load_questions(data).cases

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[QuestionCase]) -> Iterator[RetrievalScoring]:
        with open_question_store(context) as store:
            context.notify(f"Asking {len(cases)} questions of {len(store.files)} documents")
            embedder = WordLlamaEmbedder()
            yield RetrievalScoring(
                search=self.build_search(store, embedder),
                principal=store.principal,
                names=store.names,
                used=Used(describe_space(embedder.space), parameters=describe_graph(store, embedder.space)),
            )

    def build_search(self, store: Store, embedder: Embedder) -> Search:
        """Build the product's search, which the suite measures."""
        return RetrievalService(database=store.database, embedder=embedder)


def distinct_pages(passages: Sequence[Passage], names: Names) -> list[tuple[tuple[str, ...], int]]:
    """Return (the document's file names, page) in the order of their first occurrence."""
    return list(dict.fromkeys((names.get(passage.document_id, ()), passage.page_number) for passage in passages))


def first_rank(pages: Sequence[tuple[tuple[str, ...], int]], evidence: frozenset[tuple[str, int]]) -> int | None:
    """Return the rank (from 1) of the first evidence page, or None if no evidence page is found."""
    ranks = (rank for rank, (files, page) in enumerate(pages, 1) if any((file, page) in evidence for file in files))
    return next(ranks, None)


def measure_pages(
    pages: Sequence[tuple[tuple[str, ...], int]], evidence: frozenset[tuple[str, int]]
) -> dict[str, float]:
    """Return the measures of one ranking, computed by `ir_measures`. A page's relevance is 0 or 1."""
    # A document may have several names. Each page counts once, under the first name for which it is evidence.
    keys = [next((f"{f}:{page}" for f in files if (f, page) in evidence), f"{files}:{page}") for files, page in pages]
    relevant = {"q": {f"{document}:{page}": 1 for document, page in evidence}}
    run = {"q": {key: float(len(keys) - place) for place, key in enumerate(keys)} or {"": 0.0}}
    found = {metric.measure: metric.value for metric in ir_measures.iter_calc(_MEASURES.values(), relevant, run)}
    return {name: float(found[measure]) for name, measure in _MEASURES.items()}


SUITE = RetrievalSuite()

"""Compares the plans of dense search (ADR 8) on the vectors of real documents: each with exact comparison.

The documents are those of `ingest`. The questions are those beside the documents' folder, and headings of the
documents, which are as short as questions. Recall counts the first 20 and the first 100 of a ranked list: a plan agrees
with exact comparison if its recall@100 is .99 or more.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.llm.port import Vectors
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.dense import DenseSearch, Vector
from app.retrieval.filters import SearchFilters
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.index.spaces import get_space_id
from app.retrieval.limits import SearchLimits
from app.retrieval.repository import SearchRepository
from app.stack.schema import open_index_engine
from evals.bench.asking import find_questions_beside
from evals.bench.setting import BenchSetting, BenchWork
from evals.environment.stacks import running_stack
from evals.environment.store import Store, open_store
from evals.environment.watching import COLLECTION
from evals.running.engine import Case, SuiteResult

HEADINGS = 200
DEPTHS = (20, 100)
NEVER = 1 << 60
PLANS = {
    "signatures": SearchLimits(exact_chunks=0, graph_chunks=NEVER),
    "graph": SearchLimits(exact_chunks=0, graph_chunks=0, walked_share=0.0),
}

Keys = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Documents in which is searched, with their numbers of chunks."""

    name: str
    documents: Sequence[UUID]
    counts: np.ndarray[tuple[int], np.dtype[np.int64]]


def bench_plans(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Run the benchmark. Raises the errors of `Stack.start`."""
    with (
        running_stack(work.home, notify=setting.notify) as stack,
        open_store(stack, work.files, notify=setting.notify, place=COLLECTION) as store,
    ):
        setting.notify("Building the graph")
        owner = open_index_engine(stack.database_url("owner"), application_name="footnote-bench")
        ensure_graphs(owner, least_chunks=1)
        owner.dispose()
        questions = [*find_questions_beside(work.files), *_list_headings(store)]
        setting.notify(f"Asking {len(questions)} questions by each plan")
        vectors = WordLlamaEmbedder().embed_documents(questions)
        cases = [case for scope in _list_scopes(store) for case in _measure(store, scope, vectors)]
    metrics = {
        f"{plan}_recall@{depth}": min(case.measures[f"recall@{depth}"] or 0.0 for case in cases if case.reason == plan)
        for plan in PLANS
        for depth in DEPTHS
    }
    return SuiteResult(metrics={**metrics, "questions": float(len(questions))}, cases=cases)


def _list_headings(store: Store) -> list[str]:
    """Return headings of chunks, in an order that depends on their texts only."""
    statement = "SELECT DISTINCT heading FROM chunks WHERE heading <> '' ORDER BY 1"
    with store.database.transaction(store.principal) as session:
        found = sorted(session.scalars(text(statement)), key=hash_of)
    return found[:HEADINGS]


def hash_of(heading: str) -> int:
    """Return a number that spreads texts, the same in every run."""
    return int.from_bytes(heading.encode()[-8:], "big") * 0x9E3779B97F4A7C15 % (1 << 64)


def _list_scopes(store: Store) -> Iterator[Scope]:
    """Yield all documents, and those of the issuers with the most chunks, a quarter and a half of all chunks."""
    with store.database.transaction(store.principal, snapshot=True) as session:
        candidates = SearchRepository(session).list_candidates(SearchFilters())
    total = sum(candidate.chunk_count for candidate in candidates)
    for share in (0.25, 0.5, 1.0):
        chosen, chunks = [], 0
        for candidate in sorted(candidates, key=lambda each: (each.issuer_key or "", each.document_id)):
            if chunks < share * total:
                chosen.append(candidate)
                chunks += candidate.chunk_count
        chosen.sort(key=lambda each: each.document_id)
        counts = np.asarray([each.chunk_count for each in chosen], np.int64)
        yield Scope(f"{chunks:,} chunks", [each.document_id for each in chosen], counts)


def _measure(store: Store, scope: Scope, vectors: Vectors) -> Iterator[Case]:
    with store.database.transaction(store.principal, snapshot=True) as session:
        repository, space_id = SearchRepository(session), get_space_id(session, WordLlamaEmbedder().space)

        def build(limits: SearchLimits) -> DenseSearch:
            return DenseSearch(
                repository=repository, documents=scope.documents, counts=scope.counts, space_id=space_id, limits=limits
            )

        length = SearchLimits().list_length
        exact = [_keys(build(SearchLimits()), vector, length, is_exact=True) for vector in vectors]
        yield _case(scope, "exact", exact, exact)
        for name, limits in PLANS.items():
            yield _case(scope, name, [_keys(build(limits), vector, length) for vector in vectors], exact)


def _keys(search: DenseSearch, vector: Vector, limit: int, *, is_exact: bool = False) -> tuple[Keys, float]:
    began = time.perf_counter()
    near = search.find_nearest(vector, limit=limit) if is_exact else search.find_near(vector, limit=limit)
    seconds = time.perf_counter() - began
    return list(zip(near.documents.tolist(), near.ordinals.tolist(), strict=True)), seconds


def _case(scope: Scope, plan: str, found: Sequence[tuple[Keys, float]], exact: Sequence[tuple[Keys, float]]) -> Case:
    milliseconds = [seconds * 1000 for _, seconds in found]
    recalls = {
        f"recall@{depth}": float(
            np.mean(
                [
                    len(set(ours[:depth]) & set(best[:depth])) / min(depth, len(best))
                    for (ours, _), (best, _) in zip(found, exact, strict=True)
                ]
            )
        )
        for depth in DEPTHS
    }
    measures: dict[str, float | None] = {
        **recalls,
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p95_ms": float(np.percentile(milliseconds, 95)),
        "least_rows": float(min(len(keys) for keys, _ in found)),
    }
    return Case(
        f"{plan}, {scope.name}", recalls["recall@100"], plan, {"scope": scope.name, **measures}, measures=measures
    )


def plan_lines(result: SuiteResult) -> Iterator[str]:
    """Yield the figures of each plan and scope as a plain-text table."""
    names = ("recall@20", "recall@100", "p50_ms", "p95_ms", "least_rows")
    yield f"{'':<32}" + "".join(f"{name:>12}" for name in names)
    for case in result.cases:
        yield f"{case.id:<32}" + "".join(f"{case.measures[name] or 0.0:>12.3f}" for name in names)

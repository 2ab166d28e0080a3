"""Measures filtered vector search. The principals see from 0.1 % to 100 % of one tenant's 200,000 chunks.

The database also contains chunks of other tenants. Each row of the result covers one principal and one plan: 200
questions in one transaction of the api role, under row-level security. Recall counts the first 20 results. The plans:

- `exact` compares each question with every visible chunk. Its results are the reference for recall.
- `plain HNSW` uses one graph over all tenants and filters after the graph walk.
- `ours` is `DenseSearch.find_near` with the default list length. If a principal sees up to 1 % of the
  chunks, it compares all visible chunks. At 10 %, it uses signatures. For larger shares, it uses the tenant's own
  graph.

The times of `ours` include choosing the plan, reading the signatures, the comparisons and the graph walk. They exclude
the queries for the principal and its visible documents, because every search needs these.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.core.principal import Principal
from app.llm.port import Vectors
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.dense import DenseSearch
from app.retrieval.filters import SearchFilters
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.limits import SearchLimits
from app.retrieval.repository import Near, SearchRepository
from evals.bench.filtered_tenant import SPACE, Cluster, SyntheticTenant, open_cluster
from evals.bench.filtered_texts import ISSUERS, make_document, make_questions
from evals.bench.filtered_timing import StatementClock, Timings, time_each
from evals.running.engine import Case, SuiteResult

REPORTS = 10  # per issuer
CHUNKS = 200  # per report
QUESTIONS = 200
WARM = 10
K = 20
OTHERS = 2
OTHERS_COPIES = 100
SHARES = {"1 %": 1, "10 %": 10, "50 %": 50, "100 %": 100}
"""Maps the share of the chunks that a principal sees to the number of issuers of these chunks. Each issuer has one
collection.

A further principal has a grant on one report and sees 0.1 % of the chunks.
"""

_PLAIN_GRAPH = (
    "CREATE INDEX bench_plain ON chunk_embeddings USING hnsw ((embedding::halfvec(256)) halfvec_ip_ops) "
    "WITH (m = 16, ef_construction = 64)"  # pgvector's own defaults
)
_PLAIN = text(
    "SELECT document_id, ordinal FROM chunk_embeddings "
    "ORDER BY embedding::halfvec(256) <#> CAST(:vector AS halfvec(256)) LIMIT :limit"
)
_PLAIN_SETTINGS = text(
    "SELECT set_config('hnsw.iterative_scan', 'off', true), set_config('hnsw.ef_search', '200', true), "
    "set_config('enable_sort', 'off', true)"
)

Keys = list[tuple[UUID, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """The results of one plan for one principal: recall@20 and times.

    `least` is the smallest number of rows that a question returned. `asked` is the number of requested rows.
    """

    share: str
    plan: str
    recall: float
    timings: Timings
    least: int
    asked: int

    @property
    def measures(self) -> dict[str, float]:
        return {
            f"recall@{K}": self.recall,
            "p50_ms": self.timings.percentile(50),
            "p95_ms": self.timings.percentile(95),
            "core_p50_ms": self.timings.core_percentile(50),
            "core_p95_ms": self.timings.core_percentile(95),
            "least_rows": float(self.least),
            "asked_rows": float(self.asked),
        }


def bench_filtered(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark in a temporary database. Raises ServerStartError."""
    embedder = WordLlamaEmbedder()
    with open_cluster() as cluster:
        notify(f"Writing {len(ISSUERS) * REPORTS * CHUNKS:,} chunks and {OTHERS} other tenants")
        readers = _fill(cluster, embedder)
        notify("Building the tenant's graph")
        ensure_graphs(cluster.owner.engine, least_chunks=SearchLimits().graph_chunks)
        cluster.tidy()
        questions = embedder.embed_documents(make_questions(QUESTIONS))
        notify(f"Asking {QUESTIONS} questions per principal")
        nearest, rows = {}, list[Row]()
        for share, reader in readers.items():
            nearest[share], measured = _measure(cluster, share, reader, questions)
            rows += measured
        notify("Building one graph over all tenants, for comparison")
        with cluster.owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(_PLAIN_GRAPH))
        for share, reader in readers.items():
            rows.append(_measure_plain(cluster, share, reader, questions, nearest[share]))
    ours = [row for row in rows if row.plan == "ours"]
    return SuiteResult(
        metrics={
            f"min_recall@{K}": min(row.recall for row in ours),
            "max_p95_ms": max(row.timings.percentile(95) for row in ours),
            "max_core_p95_ms": max(row.timings.core_percentile(95) for row in ours),
            "chunks": float(len(ISSUERS) * REPORTS * CHUNKS),
        },
        cases=[
            Case(f"{row.share} {row.plan}", row.recall, row.plan, {"share": row.share, **row.measures}) for row in rows
        ],
    )


def _fill(cluster: Cluster, embedder: WordLlamaEmbedder) -> dict[str, Principal]:
    """Write the measured tenant and other tenants. Return principals by the share of chunks that they see."""
    tenant = SyntheticTenant(cluster=cluster, name="measured")
    collections: list[UUID] = []
    documents: list[UUID] = []
    for issuer, name in enumerate(ISSUERS):
        collections.append(tenant.add_collection(name))
        for year in range(2010, 2010 + REPORTS):
            made = make_document(issuer, year, chunks=CHUNKS)
            vectors = embedder.embed_documents(made.texts)
            # Only vectors are searched here, so a name replaces each chunk's text. Real texts take longer to write.
            documents.append(tenant.add_document(collections[-1], [name] * CHUNKS, vectors, issuer=name, year=year))
    for number in range(OTHERS):
        other = SyntheticTenant(cluster=cluster, name=f"other-{number}")
        made = make_document(number, 2030, chunks=CHUNKS)
        copied = other.add_document(
            other.add_collection("all"), made.texts, embedder.embed_documents(made.texts), issuer=made.issuer, year=2030
        )
        other.copy_document(copied, times=OTHERS_COPIES)
    readers = {"0.1 %": tenant.add_reader("one", documents=documents[len(documents) // 2 :][:1])}
    for share, count in SHARES.items():
        readers[share] = tenant.add_reader(f"reader-{count}", collections=collections[:count])
    return readers


def _measure(cluster: Cluster, share: str, reader: Principal, questions: Vectors) -> tuple[list[Keys], list[Row]]:
    """Return each question's nearest chunks, and the rows of the plans `exact` and `ours`."""
    limits = SearchLimits()
    with cluster.api.transaction(reader, snapshot=True) as session:
        repository = SearchRepository(session)
        candidates = repository.list_candidates(SearchFilters())
        documents = [candidate.document_id for candidate in candidates]
        counts = np.asarray([candidate.chunk_count for candidate in candidates], np.int64)
        search = DenseSearch(repository=repository, documents=documents, counts=counts, space_id=SPACE, limits=limits)
        clock = StatementClock(session)
        outcomes = {
            name: time_each(clock, [partial(find, vector, limit=limits.list_length) for vector in questions], warm=WARM)
            for name, find in (("exact", search.find_nearest), ("ours", search.find_near))
        }
    nearest = [_keys(near, documents) for near in outcomes["exact"][0]]
    asked = min(limits.list_length, int(counts.sum()))
    return nearest, [
        _row(share, name, [_keys(near, documents) for near in found], nearest, timings, asked)
        for name, (found, timings) in outcomes.items()
    ]


def _measure_plain(cluster: Cluster, share: str, reader: Principal, questions: Vectors, nearest: Sequence[Keys]) -> Row:
    limit = SearchLimits().list_length
    with cluster.api.transaction(reader, snapshot=True) as session:
        session.execute(_PLAIN_SETTINGS)

        def find(vector: str) -> Keys:
            return [(row[0], row[1]) for row in session.execute(_PLAIN, {"vector": vector, "limit": limit})]

        works = [partial(find, str(vector.tolist())) for vector in questions]
        found, timings = time_each(StatementClock(session), works, warm=WARM)
    asked = limit if share != "0.1 %" else min(limit, CHUNKS)
    return _row(share, "plain HNSW", found, nearest, timings, asked)


def _row(share: str, plan: str, found: Sequence[Keys], nearest: Sequence[Keys], timings: Timings, asked: int) -> Row:
    recalls = [len(set(ours[:K]) & set(exact[:K])) / K for ours, exact in zip(found, nearest, strict=True)]
    return Row(share, plan, float(np.mean(recalls)), timings, min(map(len, found)), asked)


def _keys(near: Near, documents: Sequence[UUID]) -> Keys:
    return [
        (documents[place], ordinal)
        for place, ordinal in zip(near.documents.tolist(), near.ordinals.tolist(), strict=True)
    ]


def table_lines(result: SuiteResult) -> Iterator[str]:
    """Yield the rows as a plain-text table; `core` is the server's processor time, without waiting for a core."""
    times = ("p50_ms", "p95_ms", "core_p50_ms", "core_p95_ms")
    yield f"{'sees':>6}  {'plan':<11} {f'recall@{K}':>9}" + "".join(f"{name:>12}" for name in times) + f"{'rows':>9}"
    for case in sorted(result.cases, key=lambda case: float(str(case.details["share"]).split()[0])):
        values = case.details
        shown = "".join(f"{values[name]:>12.1f}" for name in times)
        rows = f"{values['least_rows']:.0f}/{values['asked_rows']:.0f}"
        yield f"{values['share']:>6}  {case.reason:<11} {case.score:>9.3f}{shown}{rows:>9}"

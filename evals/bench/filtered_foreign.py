"""Checks that one tenant's search results do not change when 500,000 chunks of other tenants are added.

Some documents of the other tenants are copies of the measured tenant's documents. For each search plan, one principal
asks the same questions before and after the chunks are added, through `RetrievalService.search`. The passages, their
scores and their number must be identical, byte for byte.

Each question is also timed before and after. Processor time of the database process is measured as well as wall time,
because it varies less on a shared machine. A ratio of times is computed per question, because questions differ in cost.
Two rounds run before the chunks are added. Their ratio shows how much times vary without any change.
"""

import hashlib
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.core.principal import Principal
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.limits import SearchLimits
from app.retrieval.service import RetrievalService
from evals.bench.filtered_tenant import Cluster, SyntheticTenant, open_cluster
from evals.bench.filtered_texts import ISSUERS, SyntheticDocument, make_document, make_questions
from evals.running.engine import Case, SuiteResult

DOCUMENTS = 100
CHUNKS = 200
OTHERS = 10
COPIED = 5  # documents per other tenant; every second one is copied from the measured tenant
COPIES = 50  # how often each of these documents occurs in its tenant
QUESTIONS = 60
REPEATS = 2
K = 12
LIMITS = replace(SearchLimits(), graph_chunks=CHUNKS * DOCUMENTS // 2)
SEEN = {"exact": 10, "signatures": 40, "graph": DOCUMENTS}
"""Maps a search plan to the number of documents that make a search choose it. Its principal sees these."""


@dataclass(frozen=True, slots=True)
class Round:
    """The results of one round, per question.

    `results` are SHA-256 over all fields of the passages. `counts` are numbers of passages. `milliseconds` are wall
    times. `cores` are milliseconds of processor time of the database process.
    """

    results: tuple[str, ...]
    counts: tuple[int, ...]
    milliseconds: tuple[float, ...]
    cores: tuple[float, ...]


def bench_foreign(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark in a temporary database. Raises ServerStartError."""
    embedder = WordLlamaEmbedder()
    with open_cluster() as cluster:
        notify(f"Writing a tenant of {DOCUMENTS * CHUNKS:,} chunks")
        readers = _fill(cluster, embedder)
        ensure_graphs(cluster.owner.engine, least_chunks=LIMITS.graph_chunks)
        cluster.tidy()
        questions = make_questions(QUESTIONS)
        service = RetrievalService(database=cluster.api, embedder=embedder, limits=LIMITS)
        notify(f"Asking {QUESTIONS} questions, {REPEATS} times each, twice")
        spent = _core_clock(cluster)
        first = _ask_all(service, readers, questions, spent)
        before = _ask_all(service, readers, questions, spent)
        chunks = _surround(cluster, embedder, notify)
        cluster.tidy()
        notify("Asking again")
        after = _ask_all(service, readers, questions, spent)
    return SuiteResult(
        metrics={
            "foreign_chunks": float(chunks),
            "changed_results": float(_changed(before, after)),
            "missing_results": float(sum(K * len(round_.counts) - sum(round_.counts) for round_ in after.values())),
            "latency_ratio": _ratio(before, after, _whole),
            "latency_ratio_by_itself": _ratio(first, before, _whole),
            "core_ratio": _ratio(before, after, _on_core),
            "core_ratio_by_itself": _ratio(first, before, _on_core),
            **{
                f"{plan}_{name}_p50_ms": float(np.median(rounds[plan].milliseconds))
                for plan in SEEN
                for name, rounds in (("before", before), ("after", after))
            },
            **{
                f"{plan}_{name}_core_p50_ms": float(np.median(rounds[plan].cores))
                for plan in SEEN
                for name, rounds in (("before", before), ("after", after))
            },
        },
        cases=[_case(plan, number, before[plan], after[plan]) for plan in SEEN for number in range(QUESTIONS)],
    )


def _fill(cluster: Cluster, embedder: WordLlamaEmbedder) -> Mapping[str, Principal]:
    tenant = SyntheticTenant(cluster=cluster, name="measured")
    collections: list[UUID] = []
    for number in range(DOCUMENTS):
        made = _own_document(number)
        collections.append(tenant.add_collection(f"{made.issuer} {made.year}"))
        _write(tenant, collections[-1], made, embedder)
    return {plan: tenant.add_reader(plan, collections=collections[:count]) for plan, count in SEEN.items()}


def _surround(cluster: Cluster, embedder: WordLlamaEmbedder, notify: Callable[[str], None]) -> int:
    """Write the other tenants and return their number of chunks. See `COPIED` and `COPIES`."""
    for number in range(OTHERS):
        notify(f"Writing other tenant {number + 1} of {OTHERS}")
        other = SyntheticTenant(cluster=cluster, name=f"other-{number}")
        collection = other.add_collection("all")
        for place in range(COPIED):
            made = _own_document(number) if place % 2 == 0 else make_document(number, 1950 + place, chunks=CHUNKS)
            copied = _write(other, collection, made, embedder)
            other.copy_document(copied, times=COPIES - 1)
    return OTHERS * COPIED * COPIES * CHUNKS


def _own_document(number: int) -> SyntheticDocument:
    return make_document(number % len(ISSUERS), 2010 + number // len(ISSUERS), chunks=CHUNKS)


def _write(tenant: SyntheticTenant, collection: UUID, made: SyntheticDocument, embedder: WordLlamaEmbedder) -> UUID:
    vectors = embedder.embed_documents(made.texts)
    return tenant.add_document(collection, made.texts, vectors, issuer=made.issuer, year=made.year)


def _core_clock(cluster: Cluster) -> Callable[[], float]:
    """Return a function that reads the processor time of the API's only database connection.

    The time is in milliseconds and comes from /proc/PID/schedstat.
    """
    with cluster.api.anonymous() as session:
        schedule = Path(f"/proc/{session.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
    return lambda: int(schedule.read_text().split()[0]) / 1e6


def _ask_all(
    service: RetrievalService, readers: Mapping[str, Principal], questions: Sequence[str], spent: Callable[[], float]
) -> Mapping[str, Round]:
    return {plan: _ask(service, reader, questions, spent) for plan, reader in readers.items()}


def _ask(service: RetrievalService, reader: Principal, questions: Sequence[str], spent: Callable[[], float]) -> Round:
    """Ask each question once to warm up, then `REPEATS` times; keep the best time, because the machine is shared."""
    results, counts, milliseconds, cores = list[str](), list[int](), list[float](), list[float]()
    for question in questions:
        passages = service.search(reader, question, k=K).passages
        results.append(hashlib.sha256(repr([asdict(passage) for passage in passages]).encode()).hexdigest())
        counts.append(len(passages))
        times, ran = [], []
        for _ in range(REPEATS):
            started, before = time.perf_counter(), spent()
            service.search(reader, question, k=K)
            times.append((time.perf_counter() - started) * 1000)
            ran.append(spent() - before)
        milliseconds.append(min(times))
        cores.append(min(ran))
    return Round(tuple(results), tuple(counts), tuple(milliseconds), tuple(cores))


def _changed(before: Mapping[str, Round], after: Mapping[str, Round]) -> int:
    return sum(
        one != other for plan in before for one, other in zip(before[plan].results, after[plan].results, strict=True)
    )


def _ratio(before: Mapping[str, Round], after: Mapping[str, Round], times: Callable[[Round], Sequence[float]]) -> float:
    """Return the median over all questions of (time after / time before)."""
    pairs = (zip(times(before[plan]), times(after[plan]), strict=True) for plan in before)
    return statistics.median(late / early for plan in pairs for early, late in plan)


def _whole(round_: Round) -> Sequence[float]:
    return round_.milliseconds


def _on_core(round_: Round) -> Sequence[float]:
    return round_.cores


def _case(plan: str, number: int, before: Round, after: Round) -> Case:
    same = before.results[number] == after.results[number]
    measures = {"before_ms": before.milliseconds[number], "after_ms": after.milliseconds[number]}
    return Case(f"{plan} {number:03d}", float(same), "the same" if same else "changed", {"plan": plan, **measures})

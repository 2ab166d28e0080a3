"""Every search plan returns k visible passages, or all visible passages if there are fewer than k."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.principal import Principal
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.limits import SearchLimits
from app.retrieval.service import RetrievalService

PAGES = 1_000
SHARES = {"0.1 %": 1, "1 %": 10, "10 %": 100, "100 %": PAGES}
PLANS = {
    "exact": SearchLimits(),
    "signatures": SearchLimits(exact_chunks=0, compared_per_root=0.1),
    "graph": SearchLimits(exact_chunks=0, graph_chunks=0, walked_share=0.0),
    "by their number": SearchLimits(exact_chunks=50, compared_per_root=0.1, graph_chunks=500),
}
WORDS = ("tranche", "covenant", "lender", "swap", "notional", "maturity", "issuer", "coupon", "trustee", "lien")


@dataclass(frozen=True, slots=True)
class Reader:
    principal: Principal
    documents: frozenset[UUID]
    chunks: int


@pytest.fixture(scope="module")
def readers(module_library, page) -> dict[str, Reader]:
    """Return readers who have access to 0.1%, 1%, 10% and 100% of 1,000 chunks."""
    sizes = (1, 9, 90, 900)
    collections, documents = [], []
    for size in sizes:
        collection = module_library.add_collection()
        texts = [page(f"{WORDS[n % 10]} {WORDS[(n // 10) % 10]} {n}") for n in range(size)]
        collections.append(collection)
        documents.append(module_library.add_document(collection, texts))
    assert module_library.tenant_id in ensure_graphs(module_library.database.owner.engine, least_chunks=PAGES)
    return {
        name: Reader(
            module_library.reader(*collections[: number + 1]),
            frozenset(documents[: number + 1]),
            sum(sizes[: number + 1]),
        )
        for number, name in enumerate(SHARES)
    }


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("plan", PLANS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from((*WORDS, "unheard")), min_size=1, max_size=4),
    k=st.integers(min_value=1, max_value=40),
)
def test_search_returns_all_requested_visible_passages_and_no_hidden_ones(
    module_library, readers, share, plan, words, k
):
    seen = readers[share]
    service = RetrievalService(
        database=module_library.database.api,
        embedder=module_library.embedder,
        limits=replace(PLANS[plan], most_scanned=200, list_length=20),
    )
    passages = service.search(seen.principal, " ".join(words), k=k).passages
    assert len(passages) == min(k, seen.chunks)
    assert len({passage.chunk_id for passage in passages}) == len(passages)
    assert {passage.document_id for passage in passages} <= seen.documents
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))

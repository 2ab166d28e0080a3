"""Another tenant's chunks change no passage and no score in any plan, even if their vectors are near the query's."""

from dataclasses import asdict, replace

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.index.lexicon import term_id
from app.retrieval.limits import SearchLimits
from app.retrieval.repository import SearchRepository
from app.retrieval.service import RetrievalService
from evals.bench.filtered_tenant import copy_document
from tests.retrieval.conftest import create_library

WORDS = ("tranche", "covenant", "lender", "swap", "notional", "maturity", "issuer", "coupon", "trustee", "lien")
CHUNKS = 100
DOCUMENTS = 12
COPIES = 99  # for each of two documents, so that originals and copies have 20,000 chunks
BASE = SearchLimits(list_length=20, most_scanned=400)
PLANS = {
    "exact": BASE,
    "signatures": replace(BASE, exact_chunks=0, compared_per_root=1.0),
    "graph": replace(BASE, exact_chunks=0, graph_chunks=0, walked_share=0.0),
}


def make_pages(page, number):
    """Return pages with different texts, so that no two chunks are at the same distance from a query."""
    return [
        page(f"{WORDS[n % 10]} {WORDS[(n // 10) % 10]} {WORDS[(n + number) % 10]} {number} {n}") for n in range(CHUNKS)
    ]


@pytest.fixture(scope="module")
def surroundings(module_library, page):
    """Return the library, its readers, and a function that adds another tenant with 20,000 chunks.

    Each reader comes with the number of chunks that it has access to.
    """
    collections = [module_library.add_collection() for _ in range(DOCUMENTS)]
    for number, collection in enumerate(collections):
        module_library.add_document(collection, make_pages(page, number))
    readers = [(module_library.reader(*collections[:seen]), seen * CHUNKS) for seen in (1, DOCUMENTS // 2, DOCUMENTS)]
    ensure_graphs(module_library.database.owner.engine, least_chunks=DOCUMENTS * CHUNKS)

    def surround():
        other = create_library(module_library.database)
        collection = other.add_collection()
        near = other.add_document(collection, make_pages(page, 0))
        far = other.add_document(collection, [page(f"weather {n}") for n in range(CHUNKS)])
        with other.database.worker.transaction(system_principal(other.tenant_id)) as session:
            for document in (near, far):
                copy_document(session, document, times=COPIES)
            assert session.scalar(text("SELECT count(*) FROM chunk_embeddings")) == 2 * CHUNKS * (COPIES + 1)
        with other.database.owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))

    return module_library, readers, surround


def test_another_tenants_20000_chunks_change_no_result(surroundings):
    library, readers, surround = surroundings

    def ask_all():
        found = {}
        for name, limits in PLANS.items():
            service = RetrievalService(database=library.database.api, embedder=library.embedder, limits=limits)
            for reader, visible in readers:
                for question in (f"{one} {other}" for one in WORDS[:2] for other in WORDS[4:6]):
                    for k in (5, 30):
                        passages = service.search(reader, question, k=k).passages
                        assert len(passages) == min(k, visible)
                        found[name, visible, question, k] = repr([asdict(passage) for passage in passages])
        return found

    def count_all():
        counts = []
        for reader, _ in readers:
            with library.database.api.transaction(reader) as session:
                counts.append(SearchRepository(session).count_terms([term_id(word) for word in (*WORDS, "weather")]))
        return counts

    before, counted = ask_all(), count_all()
    surround()
    assert ask_all() == before
    assert count_all() == counted

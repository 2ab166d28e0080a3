"""Tests of graphs (HNSW indexes): a large tenant has its own graph, without other tenants' vectors."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.event import listens_for

from app.core.clock import SystemClock
from app.db.session import build_engine, system_principal
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.index.graphs import ensure_graphs, graph_name
from app.retrieval.index.spaces import activate_space
from app.retrieval.repository import SearchRepository
from tests.retrieval.conftest import SPACE


def test_large_tenant_gets_its_own_graph(library, page):
    owner = library.database.owner.engine
    collection = library.add_collection()
    library.add_document(collection, [page(f"tranche {number}") for number in range(30)])
    reader = library.reader(collection)
    ensure_graphs(owner, least_chunks=31)
    with library.database.api.transaction(reader) as session:
        assert SearchRepository(session).find_graph(SPACE) is None
    assert library.tenant_id in ensure_graphs(owner, least_chunks=30)
    with library.database.api.transaction(reader) as session:
        graph = SearchRepository(session).find_graph(SPACE)
    assert graph is not None
    assert (graph.tenant_id, graph.chunks) == (library.tenant_id, 30)
    assert library.tenant_id not in ensure_graphs(owner, least_chunks=30)


def test_graph_of_a_retired_space_is_dropped(library, page):
    owner = library.database.owner.engine
    library.add_document(library.add_collection(), [page(f"notice {number}") for number in range(30)])
    ensure_graphs(owner, least_chunks=30)
    name = graph_name(SPACE, library.tenant_id)
    other = EmbeddingSpaceSpec("letters", 8, "1")
    try:
        for spec, existing in ((library.embedder.space, name), (other, None)):
            with library.database.owner.anonymous() as session:
                activate_space(session, spec, clock=SystemClock())
            ensure_graphs(owner, least_chunks=30)
            with owner.connect() as connection:
                assert connection.scalar(text("SELECT to_regclass(:name)::text"), {"name": name}) == existing
    finally:
        with library.database.owner.anonymous() as session:
            activate_space(session, library.embedder.space, clock=SystemClock())


def test_unfinished_graph_is_ignored_and_created_again(library, page, postgres):
    owner = library.database.owner.engine
    library.add_document(library.add_collection(), [page(f"covenant {number}") for number in range(30)])
    ensure_graphs(owner, least_chunks=30)
    mark_unfinished = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)"
    url = make_url(postgres.url("postgres", library.database.name)).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as admin:
        admin.execute(mark_unfinished, [graph_name(SPACE, library.tenant_id)])
    with library.database.api.transaction(library.reader()) as session:
        assert SearchRepository(session).find_graph(SPACE) is None
    assert ensure_graphs(owner, least_chunks=30) == [library.tenant_id]


def test_concurrent_calls_create_each_graph_once(library, page, postgres):
    library.add_document(library.add_collection(), [page(f"margin {number}") for number in range(30)])
    url = postgres.url("owner", library.database.name)
    first, second = (
        build_engine(url, pool_size=1, statement_timeout_ms=30_000, application_name=f"maker {name}") for name in "ab"
    )
    begun, looked = (
        _event_before_statement(first, "CREATE INDEX"),
        _event_before_statement(second, "CREATE INDEX|DROP INDEX|advisory_lock"),
    )
    with ThreadPoolExecutor(2) as threads:
        # CREATE INDEX waits for this transaction, so that the second call finds the first call's unfinished graph.
        with library.database.owner.transaction(system_principal(library.tenant_id)) as session:
            session.execute(text("LOCK TABLE chunk_embeddings IN ROW EXCLUSIVE MODE"))
            one = threads.submit(ensure_graphs, first, least_chunks=30)
            assert begun.wait(30)
            other = threads.submit(ensure_graphs, second, least_chunks=30)
            assert looked.wait(30)
        assert (one.result(60), other.result(60)) == ([library.tenant_id], [])
    first.dispose()
    second.dispose()
    with library.database.api.transaction(library.reader()) as session:
        assert SearchRepository(session).find_graph(SPACE) is not None


def _event_before_statement(engine, pattern):
    """Return an event that is set before the engine sends a statement that matches the pattern."""
    sent = Event()

    @listens_for(engine, "before_cursor_execute")
    def set_if_match(_connection, _cursor, statement, *_):
        if re.search(pattern, statement):
            sent.set()

    return sent


def test_no_graph_is_shared_between_tenants(library, page):
    library.add_document(library.add_collection(), [page("swap")])
    with library.database.owner.transaction(system_principal(library.tenant_id)) as session:
        shared = session.scalars(
            text(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'chunk_embeddings' AND indexdef ~ 'USING hnsw' "
                "AND indexdef !~ 'tenant_id = '"
            )
        ).all()
    assert shared == []

"""Graphs: a large tenant has one of its own, and nobody else is in it."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.event import listens_for

from app.db.session import build_engine, system_principal
from app.retrieval.index.graphs import ensure_graphs, graph_name
from app.retrieval.repository import SearchRepository


def test_a_tenant_gets_a_graph_of_its_own_when_it_is_large(library, page):
    owner = library.database.owner.engine
    collection = library.add_collection()
    library.add_document(collection, [page(f"tranche {number}") for number in range(30)])
    reader = library.reader(collection)
    ensure_graphs(owner, least_chunks=31)
    with library.database.api.transaction(reader) as session:
        assert SearchRepository(session).find_graph(1) is None
    assert library.tenant_id in ensure_graphs(owner, least_chunks=30)
    with library.database.api.transaction(reader) as session:
        graph = SearchRepository(session).find_graph(1)
    assert graph is not None
    assert (graph.tenant_id, graph.chunks) == (library.tenant_id, 30)
    assert library.tenant_id not in ensure_graphs(owner, least_chunks=30)


def test_a_graph_that_was_left_half_made_is_not_walked_and_is_made_anew(library, page, postgres):
    owner = library.database.owner.engine
    library.add_document(library.add_collection(), [page(f"covenant {number}") for number in range(30)])
    ensure_graphs(owner, least_chunks=30)
    half_made = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)"
    url = make_url(postgres.url("postgres", library.database.name)).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as admin:
        admin.execute(half_made, [graph_name(1, library.tenant_id)])
    with library.database.api.transaction(library.reader()) as session:
        assert SearchRepository(session).find_graph(1) is None
    assert ensure_graphs(owner, least_chunks=30) == [library.tenant_id]


def test_two_that_make_graphs_at_once_make_each_graph_once(library, page, postgres):
    library.add_document(library.add_collection(), [page(f"margin {number}") for number in range(30)])
    url = postgres.url("owner", library.database.name)
    first, second = (
        build_engine(url, pool_size=1, statement_timeout_ms=30_000, application_name=f"maker {name}") for name in "ab"
    )
    begun, looked = _set_before(first, "CREATE INDEX"), _set_before(second, "CREATE INDEX|DROP INDEX|advisory_lock")
    with ThreadPoolExecutor(2) as threads:
        # Who writes holds the first one's graph half made until the second has looked for what there is.
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
        assert SearchRepository(session).find_graph(1) is not None


def _set_before(engine, pattern):
    """An event that is set before the engine first sends a statement of the pattern."""
    sent = Event()

    @listens_for(engine, "before_cursor_execute")
    def tell(_connection, _cursor, statement, *_):
        if re.search(pattern, statement):
            sent.set()

    return sent


def test_vectors_are_in_no_graph_that_tenants_share(library, page):
    library.add_document(library.add_collection(), [page("swap")])
    with library.database.owner.transaction(system_principal(library.tenant_id)) as session:
        shared = session.scalars(
            text(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'chunk_embeddings' AND indexdef ~ 'USING hnsw' "
                "AND indexdef !~ 'tenant_id = '"
            )
        ).all()
    assert shared == []

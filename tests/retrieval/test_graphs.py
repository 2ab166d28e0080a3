"""Graphs: a large tenant has one of its own, and nobody else is in it."""

import psycopg
from sqlalchemy import make_url, text

from app.db.session import system_principal
from app.retrieval.graphs import ensure_graphs, graph_name
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

"""`footnote up` builds graphs in a thread: it does not wait for them, and it ends a build when it stops."""

import threading

from sqlalchemy import text

from app.retrieval.repository import SearchRepository
from app.stack.graphs import GraphBuilder
from tests.retrieval.conftest import SPACE
from tests.workers.conftest import wait_for

CHUNKS = 30
BUILDING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'footnote-graphs' "
    "AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
)


def test_graphs_are_built_in_the_background_and_a_stop_cancels_the_build(library, page, postgres):
    library.add_document(library.add_collection(), [page(f"basket {number}") for number in range(CHUNKS)])
    url = postgres.url("owner", library.database.name)
    reports = []

    def start():
        return GraphBuilder(url, report=reports.append, least_chunks=CHUNKS)

    def find():
        with library.database.api.transaction(library.reader()) as session:
            return SearchRepository(session).find_graph(SPACE)

    owner = library.database.owner.engine
    with owner.connect() as writer, owner.connect() as watcher:
        writer.execute(text("LOCK TABLE chunk_embeddings IN ROW EXCLUSIVE MODE"))  # the build waits for this writer

        def is_building():
            with watcher.begin():
                return watcher.scalar(BUILDING)

        with start():
            wait_for(is_building, what="a build")
            assert find() is None
        assert not any(thread.name == "graphs" for thread in threading.enumerate())
        assert not is_building()
    assert reports == []
    with start():
        wait_for(find, what="the graph")
        wait_for(lambda: reports, what="the report")
    assert reports[-1].startswith("Search graphs built: ")

"""Documents with vectors of another embedding space are embedded again from their stored chunks, a page at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from sqlalchemy import select, text

from app.core.clock import SystemClock
from app.db.session import system_principal
from app.documents.models import Document
from app.jobs.plan import REEMBED_DOCUMENTS
from app.jobs.service import RunService
from app.llm.errors import ModelUnavailableError
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.index.spaces import activate_space
from app.retrieval.models import IndexedDocument
from app.retrieval.service import RetrievalService
from tests.retrieval.conftest import SPACE, HashEmbedder
from tests.waiting import wait_for
from workers.maintenance.reembedding import End, Reembedder

FORMER = 1  # the space whose texts were not folded
QUESTION = "What is the leverage covenant?"


class CountingEmbedder(HashEmbedder):
    """Counts the texts that it embeds, and calls `meanwhile` before each call returns."""

    def __init__(self, meanwhile=lambda: None):
        self.texts = []
        self.meanwhile = meanwhile

    def embed_documents(self, texts):
        self.texts += texts
        self.meanwhile()
        return super().embed_documents(texts)


class Store:
    """A library whose documents have vectors of the former space."""

    def __init__(self, library, page):
        self.library = library
        self.page = page
        self.collection = library.add_collection()
        self.reader = library.reader(self.collection)

    def add(self, *texts):
        document = self.library.add_document(self.collection, [self.page(one) for one in texts])
        for table in ("chunk_embeddings", "chunk_signatures"):
            self.sql(f"UPDATE {table} SET space_id = {FORMER} WHERE document_id = :id", id=document)
        return document

    def sql(self, statement, **values):
        with self.library.database.worker.transaction(system_principal(self.library.tenant_id)) as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def call(self, again_seconds=0.0):
        with self.library.database.relay.anonymous() as session:
            session.execute(text("SELECT call_reembeddings(:again)"), {"again": again_seconds})

    def messages(self):
        return self.sql("SELECT payload ->> 'queue' FROM outbox WHERE topic = :topic", topic=REEMBED_DOCUMENTS)

    def run(self, embedder=None, must_stop=lambda: False, **options):
        self.call()
        embedder = embedder or CountingEmbedder()
        options = {"lease_seconds": 900.0, "page_chunks": 2} | options
        made = Reembedder(database=self.library.database.worker, embedder=embedder, **options)
        return made.embed_documents(self.library.tenant_id, must_stop)

    def queue_run(self, document):
        """Queue the ingestion of a document, as an upload does."""
        runs = RunService(database=self.library.database.worker, clock=SystemClock())
        with self.library.database.worker.transaction(system_principal(self.library.tenant_id)) as session:
            runs.start_run(
                session,
                tenant_id=self.library.tenant_id,
                document_id=document,
                version_id=session.get(IndexedDocument, document).version_id,
                created_by=self.library.tenant_id,
                trace_context=None,
            )

    def spaces(self, document):
        """Return the vectors of a document: (space, ordinal)."""
        rows = self.sql(
            "SELECT space_id, ordinal FROM chunk_embeddings WHERE document_id = :id ORDER BY 1, 2", id=document
        )
        return [tuple(row) for row in rows]

    def audited(self):
        with self.library.database.owner.transaction(system_principal(self.library.tenant_id)) as session:
            return session.execute(
                text(
                    "SELECT object_id, detail ->> 'chunks' FROM audit_events "
                    "WHERE action = 'documents.version.reembedded'"
                )
            ).all()

    def state(self):
        with self.library.database.owner.anonymous() as session:
            return session.execute(
                text("SELECT documents, outdated, failing, error_code FROM reembedding_state()")
            ).one()


@pytest.fixture
def store(library, page):
    created = Store(library, page)
    yield created
    created.sql("DELETE FROM indexed_documents")  # the tests of a module share a database


def test_document_of_a_former_space_gets_vectors_of_the_current_one(store):
    document = store.add("covenant leverage ratio of lenders", "weather", "wages")
    before = store.sql(
        "SELECT embedding::text FROM chunk_embeddings WHERE document_id = :id ORDER BY ordinal", id=document
    )
    assert store.run() is End.DONE
    assert store.spaces(document) == [(SPACE, 0), (SPACE, 1), (SPACE, 2)]
    assert (
        store.sql("SELECT embedding::text FROM chunk_embeddings WHERE document_id = :id ORDER BY ordinal", id=document)
        == before
    )  # the stub embeds equally in both spaces
    ((signatures,),) = store.sql("SELECT signatures FROM chunk_signatures WHERE document_id = :id", id=document)
    assert len(signatures) == 3 * 256 // 8
    assert store.audited() == [(str(document), "3")]
    assert store.sql("SELECT * FROM reembedded_pages") == []
    store.sql("DELETE FROM outbox")
    store.call()
    assert store.messages() == [], "nothing is left"


def test_search_finds_the_document_by_meaning_again(store):
    store.add("covenant leverage ratio of lenders")
    service = RetrievalService(database=store.library.database.api, embedder=store.library.embedder)
    # Same dimension as the question's words, but none of its words: only a vector finds the passage.
    question = "egarevel"
    assert service.search(store.reader, question, k=1).passages == ()
    store.run()
    assert len(service.search(store.reader, question, k=1).passages) == 1


def test_no_search_sees_half_of_a_document(store):
    document = store.add("one", "two", "three")
    seen = []
    assert store.run(CountingEmbedder(lambda: seen.append(store.spaces(document)))) is End.DONE
    assert seen == [[(FORMER, 0), (FORMER, 1), (FORMER, 2)]] * 2


def test_stopped_task_continues_with_the_next_page(store):
    document = store.add("one", "two", "three")
    first, second = CountingEmbedder(), CountingEmbedder()
    assert store.run(first, lambda: True) is End.STOPPED
    assert store.spaces(document) == [(FORMER, 0), (FORMER, 1), (FORMER, 2)]
    assert store.run(second) is End.DONE
    assert (first.texts, second.texts) == (["one", "two"], ["three"])
    assert store.spaces(document) == [(SPACE, 0), (SPACE, 1), (SPACE, 2)]


def test_task_whose_time_is_over_queues_the_next_one(store):
    store.add("one", "two", "three")
    assert store.run(task_seconds=0.0) is End.PAUSED
    assert len(store.messages()) == 2, "the schedule's and the task's"


def test_uploads_go_first(store):
    document = store.add("one", "two", "three")
    store.queue_run(document)
    embedder = CountingEmbedder()
    assert store.run(embedder) is End.UPLOADS_WAIT
    assert embedder.texts == ["one", "two"], "one page at a time, so that it ends some day"
    store.sql("DELETE FROM stages")


def test_new_version_replaces_what_was_embedded_of_the_former_one(store):
    document = store.add("one", "two", "three")

    def publish():
        embedder.meanwhile = lambda: None
        with store.library.database.worker.transaction(system_principal(store.library.tenant_id)) as session:
            row = session.get(Document, document)
            store.library.publish(session, row, row.current_version_id, [store.page("newer")])

    embedder = CountingEmbedder(publish)
    assert store.run(embedder) is End.DONE
    assert store.spaces(document) == [(SPACE, 0)]
    assert store.audited() == []


def test_page_waits_for_a_version_that_is_being_published(store):
    document = store.add("one", "two", "three")
    locks = "SELECT count(*) FROM pg_locks WHERE NOT granted"

    def publish():
        embedder.meanwhile = lambda: None
        with store.library.database.worker.transaction(system_principal(store.library.tenant_id)) as session:
            row = session.scalars(select(Document).where(Document.id == document).with_for_update()).one()
            store.library.publish(session, row, row.current_version_id, [store.page("newer")])
            session.flush()
            published.set()
            wait_for(lambda: session.scalar(text(locks)), what="the page that waits")

    published = Event()
    with ThreadPoolExecutor(1) as pool:

        def begin():
            pool.submit(publish)
            assert published.wait(60)

        embedder = CountingEmbedder(begin)
        assert store.run(embedder) is End.DONE
    assert store.spaces(document) == [(SPACE, 0)]
    assert store.state()[2:] == (0, None)


def test_worker_that_lost_its_lease_writes_nothing(store):
    document = store.add("one")

    def lose():
        store.sql("UPDATE reembeddings SET lease_expires_at = now()")
        assert store.run() is End.DONE  # another worker

    embedder = CountingEmbedder(lose)
    assert store.run(embedder) is End.LEASE_LOST
    assert len(store.audited()) == 1
    assert store.spaces(document) == [(SPACE, 0)]


def test_only_one_worker_has_a_tenant(store):
    store.add("one")
    inner = []
    assert store.run(CountingEmbedder(lambda: inner.append(store.run()))) is End.DONE
    assert inner == [End.SKIPPED]


@pytest.mark.parametrize("error", [ModelUnavailableError(), ValueError("a mistake")])
def test_document_that_cannot_be_embedded_does_not_stop_the_others(store, error):
    broken, whole = sorted((store.add("broken"), store.add("whole")))
    ((first,),) = store.sql("SELECT text FROM chunks WHERE document_id = :id", id=broken)

    def fail():
        if embedder.texts[-1] == first:
            raise error

    embedder = CountingEmbedder(fail)
    assert store.run(embedder) is End.FAILED
    assert store.state()[2:] == (1, "model-unavailable" if isinstance(error, ModelUnavailableError) else "internal")
    store.sql("UPDATE reembeddings SET called_at = called_at - interval '1 hour'")
    assert store.run(embedder) is End.FAILED
    assert (store.spaces(broken), store.spaces(whole)) == ([(FORMER, 0)], [(SPACE, 0)])
    assert store.run() is End.DONE
    assert (store.spaces(broken), store.state()[2:]) == ([(SPACE, 0)], (0, None))


@pytest.mark.parametrize("cut", [np.s_[:-1], np.s_[:, :-1]], ids=["a text without a vector", "short vectors"])
def test_wrong_number_of_vectors_fails_with_a_code_and_stores_no_page(store, cut):
    document = store.add("one", "two", "three")

    class Cutting(CountingEmbedder):
        def embed_documents(self, texts):
            return super().embed_documents(texts)[cut]

    assert store.run(Cutting()) is End.FAILED
    assert store.state()[2:] == (1, "model-nonsense")
    assert store.sql("SELECT * FROM reembedded_pages") == []
    assert store.run() is End.DONE
    assert store.spaces(document) == [(SPACE, 0), (SPACE, 1), (SPACE, 2)]


def test_worker_with_other_embeddings_than_the_current_ones_does_nothing(store):
    document = store.add("one")
    embedder = CountingEmbedder()
    with store.library.database.owner.anonymous() as session:
        activate_space(session, EmbeddingSpaceSpec("letters", 8, "1"), clock=SystemClock())
    try:
        assert store.run(embedder) is End.SKIPPED
    finally:
        with store.library.database.owner.anonymous() as session:
            activate_space(session, embedder.space, clock=SystemClock())
    assert (embedder.texts, store.spaces(document)) == ([], [(FORMER, 0)])


def test_change_to_another_model_with_other_dimensions_embeds_all_documents_again(store, page):
    document = store.library.add_document(store.collection, [page("one"), page("two")])

    class Letters(CountingEmbedder):
        space = EmbeddingSpaceSpec("letters", 8, "1")

        def embed_documents(self, texts):
            return np.ones((len(super().embed_documents(texts)), 8), np.float32) / np.sqrt(8)

    with store.library.database.owner.anonymous() as session:
        activate_space(session, Letters.space, clock=SystemClock())
    try:
        assert store.state()[:2] == (1, 1)
        assert store.run(Letters()) is End.DONE
        assert store.state()[:2] == (1, 0)
    finally:
        with store.library.database.owner.anonymous() as session:
            activate_space(session, HashEmbedder().space, clock=SystemClock())
    assert store.sql("SELECT vector_dims(embedding) FROM chunk_embeddings WHERE document_id = :id", id=document) == [
        (8,),
        (8,),
    ]


def test_schedule_calls_a_tenant_once_until_its_task_is_late(store):
    store.add("one")
    for _ in range(2):
        store.call(again_seconds=30.0)
    assert store.messages() == [("maintenance",)]
    store.sql("UPDATE reembeddings SET called_at = now() - interval '31 seconds'")
    store.sql("UPDATE reembeddings SET lease_expires_at = now() + interval '1 minute'")
    store.call(again_seconds=30.0)
    assert len(store.messages()) == 1
    store.sql("UPDATE reembeddings SET lease_expires_at = now() - interval '1 second'")
    store.call(again_seconds=30.0)
    assert len(store.messages()) == 2


def test_deleted_document_is_left_as_it_is(store):
    document = store.add("one")
    store.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=document)
    store.call()
    assert store.messages() == []
    assert store.state()[:2] == (0, 0)

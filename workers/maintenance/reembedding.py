"""Embeds documents again whose vectors are in another embedding space than the current one, from their stored chunks.

Until then, questions find these documents by words. The schedule queues a task for each tenant with such documents. A
task ends after a short time, and after one page of chunks while uploads wait. No transaction is open while a model
embeds. A page that is embedded and stored is not embedded again, however the task ends.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.audit.service import record
from app.core.errors import FootnoteError, UnavailableError
from app.db.session import Database, system_principal
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import Embedder
from app.observability.logging import get_logger
from app.retrieval.index.reembedding import IndexedVersion, ReembeddingLease, ReembeddingRepository, input_digest
from app.retrieval.index.spaces import find_space_id

PAGE_CHUNKS = 128
TASK_SECONDS = 20.0
"""The time after which a task leaves the rest to a new one, so that other tasks of the queue get their turn."""

_LISTED = 100


class End(StrEnum):
    """Why a task ended. After `PAUSED`, the next task is queued at once; otherwise the schedule queues it."""

    DONE = "done"
    PAUSED = "paused"
    UPLOADS_WAIT = "uploads-wait"
    STOPPED = "stopped"
    FAILED = "failed"
    LEASE_LOST = "lease-lost"
    SKIPPED = "skipped"


@dataclass(slots=True)
class _Task:
    """One task: its lease, the document that it works on, and the last one that it finished."""

    lease: ReembeddingLease
    space_id: int
    must_end: Callable[[ReembeddingRepository], End | None]
    document: UUID | None = None
    finished: UUID | None = None
    embedded: int = 0


class Reembedder:
    """Embeds a tenant's documents again. Any number of workers may call it at once, and each may be killed at any
    moment: only the one with the tenant's lease writes. `lease_seconds` must exceed the longest time of a task.

    It works only if the embedder's space is the current one, so that workers with different settings do not undo each
    other's work.
    """

    def __init__(
        self,
        *,
        database: Database,
        embedder: Embedder,
        lease_seconds: float,
        page_chunks: int = PAGE_CHUNKS,
        task_seconds: float = TASK_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._lease_seconds = lease_seconds
        self._page_chunks = page_chunks
        self._task_seconds = task_seconds
        self._monotonic = monotonic

    def embed_documents(self, tenant_id: UUID, must_stop: Callable[[], bool] = lambda: False) -> End:
        """Embed documents until none is left, `must_stop` returns True, uploads wait, or the task's time is over.

        Raises UnavailableError when the database is down.
        """
        deadline = self._monotonic() + self._task_seconds

        def must_end(repository: ReembeddingRepository) -> End | None:
            if must_stop():
                return End.STOPPED
            if repository.has_due_stage():
                return End.UPLOADS_WAIT
            return End.PAUSED if self._monotonic() >= deadline else None

        with self._database.transaction(system_principal(tenant_id)) as session:
            repository = ReembeddingRepository(session)
            space_id = find_space_id(session, self._embedder.space)
            if space_id is None or space_id != repository.get_current_space():
                return End.SKIPPED
            lease = repository.claim(tenant_id, seconds=self._lease_seconds)
        return End.SKIPPED if lease is None else self._run(_Task(lease, space_id, must_end))

    def _run(self, task: _Task) -> End:
        error_code: str | None = None
        try:
            end = self._embed_all(task)
        except ModelUnavailableError as error:
            end, error_code = End.FAILED, error.code
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  record any error, and let the next task go on with another document
            get_logger(__name__).warning("retrieval.reembedding.raised", document_id=task.document, exc_info=error)
            end, error_code = End.FAILED, error.code if isinstance(error, FootnoteError) else FootnoteError.code
        last = task.document if error_code else task.finished
        with self._database.transaction(system_principal(task.lease.tenant_id)) as session:
            ReembeddingRepository(session).release(
                task.lease, document=last, error_code=error_code, more=end is End.PAUSED
            )
        get_logger(__name__).info(
            "retrieval.reembedding.ended", tenant_id=task.lease.tenant_id, documents=task.embedded, outcome=end
        )
        return end

    def _embed_all(self, task: _Task) -> End:
        for document_id in self._list_documents(task):
            task.document = document_id
            end = self._embed(task, document_id)
            if end is not None:
                return end
            task.finished = document_id
        return End.DONE

    def _list_documents(self, task: _Task) -> Iterator[UUID]:
        """Yield outdated documents: first those after the last one of the task before, then the others."""
        after = task.lease.after
        while True:
            with self._database.transaction(system_principal(task.lease.tenant_id)) as session:
                listed = ReembeddingRepository(session).list_outdated(task.space_id, after=after, limit=_LISTED)
            yield from listed
            if not listed and after is None:
                return
            after = listed[-1] if listed else None

    def _embed(self, task: _Task, document_id: UUID) -> End | None:
        """Embed a document page by page, and swap its vectors. Return why the task must end, or None."""
        principal = system_principal(task.lease.tenant_id)
        with self._database.transaction(principal) as session:
            version = ReembeddingRepository(session).find_version(document_id)
        if version is None:
            return None
        for first in range(0, version.chunk_count, self._page_chunks):
            end = self._embed_page(task, version, first)
            if end is not None:
                return end
        with self._database.transaction(principal) as session:
            repository = ReembeddingRepository(session)
            if not repository.hold(task.lease):
                return End.LEASE_LOST
            if repository.lock(version):  # otherwise a new version was published, whose vectors may be current
                repository.swap(version, task.space_id)
                record(
                    session,
                    principal,
                    "documents.version.reembedded",
                    object_type="document",
                    object_id=document_id,
                    detail={
                        "version_id": str(version.version_id),
                        "space_id": task.space_id,
                        "chunks": version.chunk_count,
                    },
                )
                task.embedded += 1
            return task.must_end(repository)

    def _embed_page(self, task: _Task, version: IndexedVersion, first: int) -> End | None:
        principal = system_principal(task.lease.tenant_id)
        with self._database.transaction(principal) as session:
            repository = ReembeddingRepository(session)
            texts = repository.list_texts(version, first=first, limit=self._page_chunks)
            stored = repository.find_digest(version.document_id, task.space_id, first=first)
        digest = input_digest(self._embedder.space, texts)
        if not texts or stored == digest:
            return None
        embeddings = self._embedder.embed_documents(texts)
        if embeddings.shape != (len(texts), self._embedder.space.dimensions):
            # A stored page is not embedded again, so that the document would never be complete.
            raise ModelNonsenseError(f"The embedder returned an array of {embeddings.shape} for {len(texts)} texts.")
        with self._database.transaction(principal) as session:
            repository = ReembeddingRepository(session)
            if not repository.hold(task.lease):
                return End.LEASE_LOST
            if repository.lock(version):
                repository.add_page(
                    task.lease, version.document_id, task.space_id, first=first, digest=digest, embeddings=embeddings
                )
            return task.must_end(repository)

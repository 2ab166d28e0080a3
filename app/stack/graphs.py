"""Builds the vector graphs of large tenants in a thread, while the stack already runs."""

import contextlib
import threading
from collections.abc import Callable
from typing import Self

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.limits import SearchLimits
from app.stack.schema import open_index_engine

RETRY_SECONDS = 60.0
END_SECONDS = 10.0


class GraphBuilder:
    """Builds missing graphs inside its block. Leaving the block cancels a build; the next start begins it again.

    Until a tenant's graph exists, its searches compare vectors, which takes longer. `report` receives a sentence about
    each result. If a build fails, for example because the disk is full, it is repeated after `retry_seconds`.
    """

    def __init__(
        self,
        owner_url: str,
        *,
        report: Callable[[str], None],
        least_chunks: int = SearchLimits().graph_chunks,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._engine = open_index_engine(owner_url, application_name="footnote-graphs")
        self._report = report
        self._least_chunks = least_chunks
        self._retry_seconds = retry_seconds
        self._ended = threading.Event()
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._thread = threading.Thread(target=self._run, name="graphs", daemon=True)
        event.listen(self._engine, "connect", self._remember)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        waited = 0.0
        while self._thread.is_alive() and waited < END_SECONDS:
            # A cancellation between two statements has no effect, so it is repeated.
            if self._connection is not None:
                with contextlib.suppress(psycopg.Error):
                    self._connection.cancel_safe(timeout=2)
            self._thread.join(0.2)
            waited += 0.2

    def _remember(self, connection: "psycopg.Connection[tuple[object, ...]]", _record: object) -> None:
        self._connection = connection

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                made = ensure_graphs(self._engine, least_chunks=self._least_chunks, ended=self._ended)
            except SQLAlchemyError as error:
                if not self._ended.is_set():
                    name = type(getattr(error, "orig", error)).__name__
                    self._report(f"Search graphs could not be built ({name}). Trying again in a minute")
                self._ended.wait(self._retry_seconds)
                continue
            if made:
                self._report(f"Search graphs built: {len(made)}")
            break
        self._engine.dispose()

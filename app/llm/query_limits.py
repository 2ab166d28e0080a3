"""Limits the wait for the vector of a question. A question can be answered without one; a stage of ingestion cannot."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from app.llm.errors import ModelUnavailableError
from app.llm.port import Embedder, EmbeddingSpaceSpec, Vectors

QUERY_SECONDS = 1.5
"""With this limit, a question is answered within two seconds: search and answer take a tenth of a second without it."""

_MAX_PAUSE_SECONDS = 120.0
_MAX_WAITING = 32


class LimitedEmbedder:
    """Implements `Embedder`: it delegates to another embedder, and raises ModelUnavailableError if the vector of a
    question takes longer than `query_seconds`.

    After an error with `retry_after`, it does not ask for vectors of questions until that time is over, at most two
    minutes. `embed_documents` has no limit. A call that exceeds the limit continues in its own thread, because a
    blocking call cannot be cancelled. At most 32 calls run at once; more fail immediately.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        query_seconds: float = QUERY_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._embedder = embedder
        self._query_seconds = query_seconds
        self._monotonic = monotonic
        self._free = threading.BoundedSemaphore(_MAX_WAITING)
        self._paused_until = float("-inf")

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return self._embedder.space

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of passages. Raises the errors of the inner embedder."""
        return self._embedder.embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question. Raises the errors of the inner embedder, and ModelUnavailableError."""
        if self._monotonic() < self._paused_until:
            raise ModelUnavailableError("The embedding endpoint's rate limit is reached: try again later.")
        if not self._free.acquire(blocking=False):
            raise ModelUnavailableError("The embedding endpoint is not responding: too many questions wait for it.")
        made: Future[Vectors] = Future()
        threading.Thread(target=self._embed, args=(text, made), name="embed-query", daemon=True).start()
        try:
            return made.result(timeout=self._query_seconds)
        except TimeoutError as error:
            raise ModelUnavailableError("The embedding endpoint did not respond in time.") from error
        except ModelUnavailableError as error:
            if error.retry_after:
                self._paused_until = self._monotonic() + min(error.retry_after, _MAX_PAUSE_SECONDS)
            raise

    def _embed(self, text: str, made: Future[Vectors]) -> None:
        try:
            made.set_result(self._embedder.embed_query(text))
        except BaseException as error:  # noqa: BLE001 - the thread that waits for the result raises it
            made.set_exception(error)
        finally:
            self._free.release()

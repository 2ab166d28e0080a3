"""The open event streams of this process: which runs they follow, and what their readers may see now.

All streams share one connection that listens for changes of runs. All streams with the same credentials share each
check: one read of the changed runs under row-level security, and one authentication. Neither a stream nor a reader has
a thread of its own.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import anyio
import anyio.to_thread

from app.core.errors import FootnoteError
from app.core.principal import Principal
from app.http.authority import Caller
from app.http.errors import InternalError
from app.jobs.errors import RunNotFoundError
from app.jobs.listening import Listener
from app.jobs.service import RunService
from app.jobs.states import RunView
from app.observability.logging import get_logger

CHECKS_AT_ONCE = 4
"""How many readers are checked at once. A check uses a thread and a connection of the API's pool for a short time."""

PAUSE_SECONDS = 0.2
"""The time, in seconds, between two checks of a reader. Changes in this time share the next check."""

News = RunView | FootnoteError


class RunStream:
    """One open stream: the latest state of its run, or the error that ends it."""

    def __init__(self) -> None:
        self._news: News | None = None
        self._arrived = asyncio.Event()

    def put(self, news: News) -> None:
        """Replace the state that `next_news` returns. An error is kept."""
        if not isinstance(self._news, FootnoteError):
            self._news = news
            self._arrived.set()

    async def next_news(self) -> News:
        """Wait for the next state, which may equal the previous one, or for the error that ends the stream."""
        await self._arrived.wait()
        self._arrived.clear()
        assert self._news is not None
        return self._news


@dataclass(eq=False, slots=True)
class _Reader:
    """All open streams with the same credentials. `changed` has the runs to check next."""

    caller: Caller
    principal: Principal
    streams: dict[UUID, set[RunStream]] = field(default_factory=dict)
    changed: set[UUID] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def wake(self, runs: Iterable[UUID]) -> None:
        self.changed.update(runs)
        self.woken.set()

    def put(self, run_id: UUID, news: News) -> None:
        for stream in self.streams.get(run_id, ()):
            stream.put(news)


class RunStreams:
    """Follows runs for event streams.

    Each change of a run causes a check of the readers who follow it. In addition, every run of each reader is checked
    every `recheck_seconds`: this finds changes whose notification was lost, and ends the streams of readers who lost
    their rights.
    """

    def __init__(self, *, runs: RunService, listener: Listener, recheck_seconds: float) -> None:
        self._runs = runs
        self._listener = listener
        self._recheck_seconds = recheck_seconds
        self._readers: dict[bytes, _Reader] = {}
        self._turns = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._listening: asyncio.Task[None] | None = None

    @contextmanager
    def open(self, caller: Caller, principal: Principal, run_id: UUID) -> Iterator[RunStream]:
        """Follow a run while the context is open; call this in the event loop.

        Read the run's first state inside the context, so that no later change is missed.
        """
        if self._listening is None or self._listening.done():
            self._listening = _start(self._listener.run(connected=self._wake_all, heard=self._hear))
        reader = self._readers.get(caller.digest)
        if reader is None:
            reader = self._readers[caller.digest] = _Reader(caller, principal)
            reader.task = _start(self._follow(reader))
        stream = RunStream()
        reader.streams.setdefault(run_id, set()).add(stream)
        try:
            yield stream
        finally:
            reader.streams[run_id].discard(stream)
            if not reader.streams[run_id]:
                del reader.streams[run_id]
            if not reader.streams:
                self._forget(reader)

    async def close(self) -> None:
        """Stop listening and checking. Called at shutdown."""
        tasks = [reader.task for reader in self._readers.values()] + [self._listening]
        running = [task for task in tasks if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _hear(self, payload: str) -> None:
        with suppress(ValueError):
            run_id = UUID(payload)
            for reader in self._readers.values():
                if run_id in reader.streams:
                    reader.wake([run_id])

    def _wake_all(self) -> None:
        for reader in self._readers.values():
            reader.wake(reader.streams)

    def _forget(self, reader: _Reader) -> None:
        if self._readers.get(reader.caller.digest) is reader:
            del self._readers[reader.caller.digest]
        if reader.task is not None and reader.task is not asyncio.current_task():
            reader.task.cancel()

    async def _follow(self, reader: _Reader) -> None:
        """Check the reader's runs until the reader has no streams, or may not read any more."""
        recheck_at = time.monotonic() + self._recheck_seconds
        while True:
            with anyio.move_on_after(recheck_at - time.monotonic()):
                await reader.woken.wait()
            if time.monotonic() >= recheck_at:
                recheck_at = time.monotonic() + self._recheck_seconds
                reader.changed.update(reader.streams)
            reader.woken.clear()
            due, reader.changed = reader.changed, set()
            try:
                seen = await self._check(reader, due)
            except Exception as error:  # noqa: BLE001 - no stream may stay open without a check
                self._end(reader, error)
                return
            for run_id in due:
                reader.put(run_id, seen.get(run_id) or RunNotFoundError())
            await asyncio.sleep(PAUSE_SECONDS)

    async def _check(self, reader: _Reader, due: set[UUID]) -> Mapping[UUID, RunView]:
        """Return the given runs that the reader may see. Raises UnauthenticatedError, PermissionRequiredError,
        UnavailableError.
        """
        async with self._turns:
            seen = await anyio.to_thread.run_sync(self._runs.find_runs, reader.principal, due)
            # Authorise after the read. If this succeeds, the reader still had the right when the rows were read.
            reader.principal = await reader.caller.authorise()
        return seen

    def _end(self, reader: _Reader, error: Exception) -> None:
        """End all streams of the reader. Streams that it opens from now on get a new check."""
        if not isinstance(error, FootnoteError):
            get_logger(__name__).error("jobs.streams.crashed", exc_info=error)
            error = InternalError()
        self._forget(reader)
        for run_id in reader.streams:
            reader.put(run_id, error)


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task without the context of the current request, which it outlives."""
    return asyncio.create_task(work, context=Context())

"""Signs of life of a worker: its main process and its pool show each other that they work.

A worker's main process consumes messages and hands them to the processes of its pool. Both write the time into memory
that they share. The main process kills a pool process that stops doing so; Celery then starts another. The pool
processes record the worker's heartbeat in the database, as long as the main process works.
"""

import mmap
import os
import signal
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil
from billiard.process import current_process

from app.core.watchdog import notify_watchdog
from app.jobs.health import WORKER
from app.jobs.plan import Queue
from app.observability.pulse import Beat

_SLOT = struct.Struct("=qd")  # a process id, and the time of its last sign of life on the system's monotonic clock
_SLOTS = 1024
_MAIN = 0

IDLE_SECONDS = 1800.0
"""The time, in seconds, after which a queue without work is not reported any more. Every process deletes heartbeats
that are older than an hour. If a process kept writing such a heartbeat, it would wait for the locks of these deletions.
"""


class QueueMarks:
    """Stores when this process last worked on a stage of each queue, or waited for disk space to do so."""

    def __init__(self) -> None:
        self._worked_at: dict[Queue, float] = {}
        self._working_on: Queue | None = None

    @contextmanager
    def working_on(self, queue: Queue) -> Iterator[None]:
        self._working_on = queue
        try:
            yield
        finally:
            self._worked_at[queue] = time.monotonic()
            self._working_on = None

    def list_beats(self, consumed: Iterable[str]) -> list[Beat]:
        """List the heartbeats of queues, by name. `consumed` are the queues that the worker consumes. While
        this process is busy, these count as served, because their stages only wait for it.
        """
        now = time.monotonic()
        ages = {queue.value: now - at for queue, at in list(self._worked_at.items()) if now - at < IDLE_SECONDS}
        if (working_on := self._working_on) is not None:
            ages |= dict.fromkeys((working_on.value, *consumed), 0.0)
        return [Beat(queue, age) for queue, age in sorted(ages.items())]


class Vitals:
    """The shared times of one worker. Build it before the pool forks; call `watch` in the main process only."""

    def __init__(self, *, beat_seconds: float, frozen_seconds: float) -> None:
        self._times = mmap.mmap(-1, _SLOTS * _SLOT.size)
        self._beat_seconds = beat_seconds
        self._frozen_seconds = frozen_seconds
        self._watched_at = 0.0
        self._judges_from = 0.0

    @property
    def instance(self) -> str:
        """The worker's name in heartbeats: its host and the id of its main process."""
        return f"{socket.gethostname()}:{self._read(_MAIN)[0]}"

    def watch(self) -> None:
        """Mark every `beat_seconds` that the main thread works, and watch the pool.

        A timer's signal does this, because Celery's main thread may wait for a broker. A separate thread
        could not show that the main thread works.
        """
        self._watch()
        signal.signal(signal.SIGALRM, lambda *_: self._watch())
        signal.setitimer(signal.ITIMER_REAL, self._beat_seconds, self._beat_seconds)

    def list_beats(self) -> list[Beat]:
        """Mark in a pool process that it works; return the worker's heartbeat, which is as old as the main process's
        mark.
        """
        slot = 1 + int(current_process().index)
        if slot < _SLOTS:
            self._write(slot)
        return [Beat(WORKER, time.monotonic() - self._read(_MAIN)[1])]

    def _watch(self) -> None:
        now = time.monotonic()
        if now - self._watched_at > self._frozen_seconds / 2:
            # This process has just started, or was itself frozen. Give the pool time to show that it works.
            self._judges_from = now + self._frozen_seconds
        self._watched_at = now
        self._write(_MAIN)
        notify_watchdog()
        if now >= self._judges_from:
            self._kill_frozen(now)

    def _kill_frozen(self, now: float) -> None:
        for slot in range(1, _SLOTS):
            pid, seen_at = self._read(slot)
            if pid and now - seen_at > self._frozen_seconds:
                self._times[slot * _SLOT.size : (slot + 1) * _SLOT.size] = bytes(_SLOT.size)
                # A pool process that ended is no child any more; its id may belong to another process.
                with suppress(psutil.NoSuchProcess):
                    process = psutil.Process(pid)
                    if process.ppid() == os.getpid():
                        process.kill()

    def _write(self, slot: int) -> None:
        _SLOT.pack_into(self._times, slot * _SLOT.size, os.getpid(), time.monotonic())

    def _read(self, slot: int) -> tuple[int, float]:
        pid, at = _SLOT.unpack_from(self._times, slot * _SLOT.size)
        return int(pid), float(at)

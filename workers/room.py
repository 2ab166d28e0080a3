"""Ingestion waits while the disk has too little free space, so that a full disk costs no document an attempt."""

import mmap
import time

from app.storage.space import FreeSpace

POLL_SECONDS = 0.5


class StopFlag:
    """A flag that the processes of a pool share: one byte of memory, mapped before the pool forks."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._byte[0] = 1

    def is_set(self) -> bool:
        return self._byte[0] == 1


class Room:
    """Waits for free space, at most `seconds`: after that time, the sweeper sends the stage's message again."""

    def __init__(self, space: FreeSpace, *, seconds: float) -> None:
        self._space = space
        self._seconds = seconds

    def wait(self, stop: StopFlag) -> bool:
        """Return True when there is room. Return False if there is none in time, or if the worker is shutting down."""
        deadline = time.monotonic() + self._seconds
        while self._space.is_low:
            if stop.is_set() or time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

"""Disk space that a home reserves for its database, and gives back to it when the disk is full.

Every read and every question writes audit rows, so PostgreSQL must be able to write on a full disk. Without space for a
new segment of its write-ahead log, it even stops (PANIC). The reserve is a file of allocated blocks. If another program
fills the disk, the file shrinks step by step, each time by only as much as the database needs next. It shrinks at once
on a full disk, and otherwise only after a pause. Without the pause, the other program would use up the whole reserve
before its first error.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

STEP_BYTES = 32 * 1024 * 1024
"""The free space that the reserve maintains: two segments of PostgreSQL's write-ahead log (16 MiB each)."""

PAUSE_SECONDS = 2.0
"""The time between two shrinkings, in seconds, unless the disk is full."""

_FULL_BYTES = 1024 * 1024


class Reserve:
    """The reserve file at `path`, of up to `size` bytes. It grows only while more than `floor` bytes stay free."""

    def __init__(self, path: Path, *, size: int, floor: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._size = size if hasattr(os, "posix_fallocate") else 0  # macOS lacks it
        self._floor = floor
        self._monotonic = monotonic
        self._shrunk_at = float("-inf")

    @property
    def held(self) -> int:
        """The current number of reserved bytes."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def adjust(self) -> bool:
        """Shrink the file until a step is free, or grow it by a step if there is room. May be repeated.

        Return whether less than the floor is free. Raises OSError.
        """
        free, held = shutil.disk_usage(self._path.parent).free, self.held
        if held and (free < _FULL_BYTES or (free < STEP_BYTES and self._has_paused())):
            os.truncate(self._path, max(0, held - max(STEP_BYTES - free, _FULL_BYTES)))
            self._shrunk_at = self._monotonic()
        elif held > self._size:
            os.truncate(self._path, self._size)
        elif held < self._size and free > self._floor + 2 * STEP_BYTES:
            self._grow(held, min(self._size, held + STEP_BYTES))
        return free < self._floor

    def _has_paused(self) -> bool:
        return self._monotonic() - self._shrunk_at >= PAUSE_SECONDS

    def _grow(self, held: int, wanted: int) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(file, held, wanted - held)
        finally:
            os.close(file)

"""Keeps a home usable while its stack runs: it holds space for a full disk and rotates the logs, in its own thread."""

import contextlib
import errno
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Self

from sqlalchemy.exc import OperationalError

from app.db.session import DISK_FULL
from app.settings import Settings
from app.stack.errors import HomeFullError
from app.stack.home import Home, write_state
from app.stack.logs import rotate_logs
from app.stack.reserve import Reserve

CHECK_SECONDS, LOW_SECONDS = 0.1, 0.02
"""The seconds between two checks of the free space: normally, and while less than the floor is free."""
LOG_SECONDS = 2.0


class Upkeep:
    """The upkeep of one home. It runs in a thread, so that a slow restart of a server does not delay it."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home = home
        self._stack = settings.stack
        self._reserve = Reserve(
            home.path / "reserve", size=settings.stack.reserve_bytes, floor=settings.storage.min_free_bytes
        )
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def __enter__(self) -> Self:
        self.check()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> float:
        """Adjust the reserve to the free space, and return the seconds until the next check.

        Errors of the disk are ignored: the next check tries again.
        """
        try:
            return LOW_SECONDS if self._reserve.adjust() else CHECK_SECONDS
        except OSError:
            return CHECK_SECONDS

    def _run(self) -> None:
        next_logs, pause = 0.0, CHECK_SECONDS
        while not self._ended.wait(pause):
            pause = self.check()
            if time.monotonic() >= next_logs:
                rotate_logs(self._home.logs, max_bytes=self._stack.log_bytes, kept=self._stack.logs_kept)
                next_logs = time.monotonic() + LOG_SECONDS


class RoomWatch:
    """Reports once when the home's disk has less than `floor` bytes free, and once when it has enough again."""

    def __init__(self, home: Home, *, floor: int, report: Callable[[str], None]) -> None:
        self._home = home
        self._floor = floor
        self._report = report
        self._full = False

    def check(self) -> None:
        """Raises OSError."""
        full = shutil.disk_usage(self._home.path).free < self._floor
        if full == self._full:
            return
        self._full = full
        if full:
            least = f"less than {self._floor // 1024**2} MiB of free space"
            self._report(f"The disk of {self._home.path} has {least}: uploads are refused. Waiting for space")
        else:
            self._report(f"The disk of {self._home.path} has space again. Accepting uploads")


class StateFile:
    """Writes the home's state. If the disk is full, the state is written later, by `retry`."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._unwritten: Mapping[str, object] | None = None

    def write(self, state: Mapping[str, object]) -> None:
        self._unwritten = state
        self.retry()

    def retry(self) -> None:
        """Write the newest state, unless it is written already."""
        if self._unwritten is not None:
            with contextlib.suppress(OSError):
                write_state(self._home, self._unwritten)
                self._unwritten = None


@contextlib.contextmanager
def disk_full_mapped(home: Home) -> Iterator[None]:
    """Raise HomeFullError if the block fails because the home's disk is full, also if the database reports it."""
    try:
        yield
    except (OSError, OperationalError) as error:
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        if not full and getattr(getattr(error, "orig", None), "sqlstate", None) != DISK_FULL:
            raise
        raise HomeFullError(f"The disk of {home.path} is full: free some space, then start again.") from error

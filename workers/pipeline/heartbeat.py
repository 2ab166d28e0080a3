"""Renews a lease while its stage runs."""

import threading
from types import TracebackType
from typing import Self

from app.core.errors import UnavailableError
from app.jobs.errors import LeaseLostError
from app.jobs.leases import LeaseService
from app.jobs.states import Lease
from app.observability.logging import get_logger

log = get_logger(__name__)


class WatchedLease:
    """A context manager in place of `Heartbeat`, for a process whose parent renews the lease."""

    def check(self) -> None:
        """Do nothing: the transaction that completes the stage checks the lease."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Heartbeat:
    """A context manager. Its thread renews the lease every `seconds`, until the block ends or the lease is lost."""

    def __init__(self, *, leases: LeaseService, lease: Lease, seconds: float) -> None:
        self._leases = leases
        self._lease = lease
        self._seconds = seconds
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{lease.stage}", daemon=True)

    def check(self) -> None:
        """Raise LeaseLostError if a renewal has found that the lease is lost."""
        if self._lost.is_set():
            raise LeaseLostError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                if not self._leases.heartbeat(self._lease):
                    self._lost.set()
                    return
            except UnavailableError as error:
                # The lease may still be valid after the outage. If it has expired, the stage cannot be completed.
                log.warning("jobs.heartbeat.missed", stage_id=str(self._lease.stage_id), code=error.code)

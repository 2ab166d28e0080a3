"""Which worker reads the fields of a task. A lease has a token, which fences the write; a worker that dies loses it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.review.models import ReviewTask

MAX_ATTEMPTS = 5
"""Attempts after which a task fails. A worker that died in an attempt counts; a service that was down does not."""

_CLAIM = text("""
    UPDATE review_tasks SET state = 'reading', read_token = gen_random_uuid(), attempts = attempts + 1,
        read_until = now() + make_interval(secs => :seconds)
    WHERE id = :task AND state IN ('queued', 'reading') AND available_at <= now()
      AND (read_until IS NULL OR read_until <= now())
    RETURNING read_token, attempts
""")
_HOLD = text("SELECT 1 FROM review_tasks WHERE id = :task AND read_token = :token FOR UPDATE")
_END = text("""
    UPDATE review_tasks SET read_token = NULL, read_until = NULL, attempts = 0, error_code = NULL, error_detail = NULL,
        stale_since = NULL
    WHERE id = :task
""")
_PUT_OFF = text("""
    UPDATE review_tasks SET state = 'queued', read_token = NULL, read_until = NULL, attempts = :attempts,
        available_at = now() + make_interval(secs => :seconds), called_at = now()
    WHERE id = :task
""")
_FRESH = text("""
    UPDATE review_tasks SET stale_since = CASE WHEN stale_since > :since THEN stale_since END
    WHERE id = :task AND state = 'open' AND stale_since IS NOT NULL RETURNING id
""")
_FAIL = text("""
    UPDATE review_tasks SET read_token = NULL, read_until = NULL, changed_at = now(),
        error_code = CASE WHEN state = 'reading' THEN :code END,
        error_detail = CASE WHEN state = 'reading' THEN :detail END,
        state = CASE WHEN state = 'reading' THEN 'failed' ELSE state END
    WHERE id = :task
""")


@dataclass(frozen=True, slots=True)
class ReadingLease:
    """The right of one worker to write the fields of a task. `attempt` counts from 1."""

    task_id: UUID
    token: UUID
    attempt: int


class ReadingLeases:
    """Leases of reading, in the transaction of a tenant's worker."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, task_id: UUID, *, seconds: float) -> ReadingLease | None:
        """Take the lease of a task; return None if it is read already, or if another worker has it."""
        row = self._session.execute(_CLAIM, {"task": task_id, "seconds": seconds}).one_or_none()
        return None if row is None else ReadingLease(task_id, row.read_token, row.attempts)

    def hold(self, lease: ReadingLease) -> ReviewTask | None:
        """Lock the task until the transaction ends, and return it; None if the lease is lost."""
        if self._session.execute(_HOLD, {"task": lease.task_id, "token": lease.token}).one_or_none() is None:
            return None
        return self._session.get_one(ReviewTask, lease.task_id)

    def find_stale(self, task_id: UUID) -> datetime | None:
        """Return since when an open task is stale; None if it is not."""
        query = select(ReviewTask.stale_since).where(ReviewTask.id == task_id, ReviewTask.state == "open")
        return self._session.scalar(query)

    def hold_stale(self, task_id: UUID, since: datetime) -> ReviewTask | None:
        """Lock an open task that was read again, and return it. It is not stale any more, unless it became stale after
        `since`. Return None if it is not open, or was read again meanwhile.
        """
        row = self._session.execute(_FRESH, {"task": task_id, "since": since}).one_or_none()
        return None if row is None else self._session.get_one(ReviewTask, task_id)

    def end(self, lease: ReadingLease) -> None:
        """End the lease of a task whose fields are written."""
        self._session.execute(_END, {"task": lease.task_id})

    def put_off(self, lease: ReadingLease, *, seconds: float, counts: bool) -> None:
        """End the lease, and let the task be read again later. `counts` states that this was an attempt."""
        attempts = lease.attempt if counts else lease.attempt - 1
        self._session.execute(_PUT_OFF, {"task": lease.task_id, "seconds": seconds, "attempts": attempts})

    def fail(self, lease: ReadingLease, *, code: str, detail: str) -> None:
        """End the lease of a task that cannot be read. One that a newer schema queued meanwhile stays so."""
        self._session.execute(_FAIL, {"task": lease.task_id, "code": code, "detail": detail})

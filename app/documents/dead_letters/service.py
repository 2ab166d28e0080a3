"""Dead letters: documents whose last run failed. They can be replayed, which starts another run of the same version.

A replay repeats only what is missing, because the outputs of finished stages are reused. Users who may upload a version
of a document may replay it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.documents.dead_letters.errors import RunNotFailedError
from app.documents.dead_letters.repository import DeadLetter, DeadLetterRepository, KindCount, LastRun
from app.documents.errors import NotEditableError
from app.documents.repository import DocumentRepository
from app.jobs.plan import Priority
from app.jobs.service import RunService
from app.jobs.states import RunStatus, RunView
from app.observability.tracing import inject_context

BATCH = 50
"""The most runs that one call starts. Their documents are locked until the call's transaction ends."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The number of runs that a call started. `next_cursor` continues with older dead letters; None at the end."""

    runs: int
    next_cursor: str | None


class DeadLetterService:
    """Lists and replays dead letters under the principal's permissions."""

    def __init__(self, *, database: Database, runs: RunService) -> None:
        self._database = database
        self._runs = runs

    def list_letters(self, principal: Principal, page: PageRequest, *, kind: str | None = None) -> PageOf[DeadLetter]:
        """List dead letters, newest run first, optionally of one kind. Raises InvalidCursorError."""
        before = parse_uuid_cursor(page)
        with self._database.transaction(principal) as session:
            found = DeadLetterRepository(session).list_letters(before=before, limit=page.limit + 1, kind=kind)
        items = found[: page.limit]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)

    def count_kinds(self, principal: Principal) -> Sequence[KindCount]:
        """Count the dead letters of each kind."""
        with self._database.transaction(principal) as session:
            return DeadLetterRepository(session).count_kinds()

    def replay(self, principal: Principal, run_id: UUID) -> RunView:
        """Start another run of a failed run's version, and return it. If the document has a later run already, return
        that one, so that a repeated call starts nothing.

        Raises RunNotFoundError, DocumentNotFoundError if the document was deleted, NotEditableError, RunNotFailedError.
        """
        with self._database.transaction(principal) as session:
            letters, documents = DeadLetterRepository(session), DocumentRepository(session)
            document_id = letters.get_document_id(run_id)
            # Wait for a concurrent replay or upload, then read the last run.
            if not documents.lock_document(document_id):
                documents.get_document(document_id)
                raise NotEditableError
            last = letters.get_last_run(document_id)
            later = None if last.id == run_id else self._runs.find_latest_run(session, last.version_id)
            if later is not None:
                return later
            if last.status is not RunStatus.FAILED:
                raise RunNotFailedError
            return self._start(session, principal, last)

    def replay_all(self, principal: Principal, *, kind: str | None = None, cursor: str | None = None) -> Replayed:
        """Replay dead letters, optionally of one kind: up to 50, newest run first. Documents that the principal may not
        edit are left out. Raises InvalidCursorError.
        """
        before = parse_uuid_cursor(PageRequest(limit=BATCH, cursor=cursor))
        with self._database.transaction(principal) as session:
            letters = DeadLetterRepository(session)
            locked = letters.lock_letters(before=before, limit=BATCH, kind=kind)
            # Another replay may have started a run between the query's snapshot and the lock.
            dead = letters.list_still_dead(locked)
            for letter in dead:
                self._start(session, principal, letter)
        more = len(locked) == BATCH
        return Replayed(runs=len(dead), next_cursor=encode_cursor(str(locked[-1])) if more else None)

    def _start(self, session: Session, principal: Principal, failed: LastRun | DeadLetter) -> RunView:
        DocumentRepository(session).reopen_version(failed.version_id)
        run = self._runs.start_run(
            session,
            tenant_id=principal.tenant_id,
            document_id=failed.document_id,
            version_id=failed.version_id,
            created_by=principal.user_id,
            trace_context=inject_context() or None,
            priority=Priority.BACKGROUND,
        )
        record(
            session,
            principal,
            "documents.version.replayed",
            object_type="document",
            object_id=failed.document_id,
            detail={"version_id": str(failed.version_id), "failed_run_id": str(failed.id), "run_id": str(run.id)},
        )
        return run

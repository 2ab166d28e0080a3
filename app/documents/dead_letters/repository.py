"""SQL of dead letters. All queries run under row-level security."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from app.documents.models import Document
from app.jobs.errors import RunNotFoundError
from app.jobs.models import Run, Stage
from app.jobs.states import RunStatus


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A document whose last run failed: the run's id, the kind and reason of the failure, and where it happened.

    `kind` is the code of the error. `attempts` counts how often `stage` was started. `may_replay` states whether the
    principal may edit the document.
    """

    id: UUID
    document_id: UUID
    version_id: UUID
    title: str
    filename: str
    kind: str
    reason: str
    stage: str
    attempts: int
    failed_at: datetime
    may_replay: bool


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a document."""

    id: UUID
    document_id: UUID
    version_id: UUID
    status: RunStatus


@dataclass(frozen=True, slots=True)
class KindCount:
    """A kind of failure, and the number of dead letters of this kind."""

    kind: str
    letters: int


_IS_EDITABLE = literal_column("documents.access_class_id = ANY ((SELECT editable_classes())::int[])", Boolean)


class DeadLetterRepository:
    """Reads the dead letters that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_letters(self, *, before: UUID | None, limit: int, kind: str | None) -> Sequence[DeadLetter]:
        """List dead letters, newest run first (ids are ordered by time)."""
        query = _select(before, kind).order_by(Run.id.desc()).limit(limit)
        return [_letter(row) for row in self._session.execute(query)]

    def count_kinds(self) -> Sequence[KindCount]:
        query = (
            select(Run.error_code, func.count())
            .join(Document, Document.id == Run.document_id)
            .where(*_is_dead())
            .group_by(Run.error_code)
            .order_by(Run.error_code)
        )
        return [KindCount(kind or "", letters) for kind, letters in self._session.execute(query)]

    def lock_letters(self, *, before: UUID | None, limit: int, kind: str | None) -> Sequence[UUID]:
        """Lock the documents of the next dead letters, newest run first, and return the runs' ids.

        Skips documents that the principal may not edit, and those that another transaction has locked.
        """
        query = (
            select(Run.id)
            .join(Document, Document.id == Run.document_id)
            .where(*_is_dead(), *_narrowed(before, kind))
            .order_by(Run.id.desc())
            .limit(limit)
            .with_for_update(of=Document, skip_locked=True)
        )
        return self._session.scalars(query).all()

    def list_still_dead(self, run_ids: Sequence[UUID]) -> Sequence[DeadLetter]:
        """Return those of the given runs that are dead letters, newest first."""
        query = _select(None, None).where(Run.id.in_(run_ids)).order_by(Run.id.desc())
        return [_letter(row) for row in self._session.execute(query)]

    def find_letters(self, document_ids: Sequence[UUID]) -> dict[UUID, DeadLetter]:
        """Return a mapping of document ids to dead letters, for those of the documents that have one."""
        # The newest runs are found here: a second reading of the runs in SQL would read every visible document again.
        query = _select_of(Run.document_id.in_(document_ids), Document.deleted_at.is_(None))
        newest: dict[UUID, Any] = {}
        for row in self._session.execute(query.order_by(Run.id)):
            newest[row.Run.document_id] = row
        return {key: _letter(row) for key, row in newest.items() if row.Run.status == RunStatus.FAILED}

    def get_document_id(self, run_id: UUID) -> UUID:
        """Return the id of the run's document. Raises RunNotFoundError."""
        found = self._session.scalar(select(Run.document_id).where(Run.id == run_id))
        if found is None:
            raise RunNotFoundError
        return found

    def get_last_run(self, document_id: UUID) -> LastRun:
        """Return the last run of a document. Raises RunNotFoundError."""
        query = select(Run.id, Run.version_id, Run.status).where(Run.document_id == document_id)
        found = self._session.execute(query.order_by(Run.id.desc()).limit(1)).one_or_none()
        if found is None:
            raise RunNotFoundError
        return LastRun(found.id, document_id, found.version_id, RunStatus(found.status))


def _is_dead() -> list[ColumnElement[bool]]:
    later = aliased(Run)
    newer = select(later.id).where(
        later.tenant_id == Run.tenant_id, later.document_id == Run.document_id, later.id > Run.id
    )
    return [Run.status == RunStatus.FAILED, Document.deleted_at.is_(None), ~newer.exists()]


def _narrowed(before: UUID | None, kind: str | None) -> list[ColumnElement[bool]]:
    conditions = [] if before is None else [Run.id < before]
    return conditions if kind is None else [*conditions, Run.error_code == kind]


def _select(before: UUID | None, kind: str | None) -> Select[Run, str, str, int, bool]:
    return _select_of(*_is_dead(), *_narrowed(before, kind))


def _select_of(*conditions: ColumnElement[bool]) -> Select[Run, str, str, int, bool]:
    return (
        select(Run, Document.title, Document.filename, Stage.attempt, _IS_EDITABLE.label("may_replay"))
        .join(Document, Document.id == Run.document_id)
        .outerjoin(Stage, (Stage.run_id == Run.id) & (Stage.name == Run.stage))
        .where(*conditions)
    )


def _letter(row: Any) -> DeadLetter:
    run: Run = row.Run
    return DeadLetter(
        id=run.id,
        document_id=run.document_id,
        version_id=run.version_id,
        title=row.title,
        filename=row.filename,
        kind=run.error_code or "",
        reason=run.error_detail or "",
        stage=run.stage,
        attempts=row.attempt or 0,
        failed_at=run.finished_at or run.created_at,
        may_replay=row.may_replay,
    )

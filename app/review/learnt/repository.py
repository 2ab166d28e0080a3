"""SQL of what corrections teach. Row-level security shows only decisions on documents that the principal may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.principal import Principal
from app.documents.models import Document
from app.facts.service import load_ledger_facts
from app.review.fields.service import find_specs
from app.review.learnt.lessons import DecidedLine, Lesson, lessons_of
from app.review.models import LessonWithdrawal
from app.review.schemas.lines import item_of

MOST_DECISIONS: Final = 400
"""The newest decisions that a reading learns from."""

_DECIDED = text("""
    SELECT f.id, f.key, f.document_id, t.id AS task_id, t.schema_id, t.schema_version, d.title, r.number, r.answer,
        r.value, r.evidence, p.evidence AS read_evidence, r.made_by, r.made_at, w.made_by AS withdrawn_by,
        w.made_at AS withdrawn_at
    FROM documents d
    JOIN fields f ON f.document_id = d.id AND f.kind = 'quantity' AND f.removed_at IS NULL AND f.in_force IS NOT NULL
    JOIN review_tasks t ON t.id = f.task_id AND t.version_id = d.current_version_id
    JOIN field_revisions r ON r.field_id = f.id AND r.number = f.in_force
    JOIN LATERAL (SELECT b.answer, b.value, b.evidence FROM field_revisions b
        WHERE b.field_id = f.id AND b.action = 'propose' AND b.number < r.number
        ORDER BY b.number DESC LIMIT 1) p ON true
    LEFT JOIN lesson_withdrawals w ON w.field_id = f.id AND w.revision = r.number
    WHERE d.deleted_at IS NULL
      AND (CAST(:issuer AS uuid) IS NULL OR d.issuer_id = :issuer AND d.access_class_id = :class)
      AND (CAST(:field AS uuid) IS NULL OR f.id = :field)
      AND (CAST(:task AS uuid) IS NULL OR t.id = :task)
      AND (:withdrawn OR w.field_id IS NULL)
      AND (r.answer, r.value) IS DISTINCT FROM (p.answer, p.value)
      AND (CAST(:at AS timestamptz) IS NULL OR r.made_at < :at OR (r.made_at = :at AND f.id > :last))
    ORDER BY r.made_at DESC, f.id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class DecidedAt:
    """Where a decision stands in a list of the newest ones."""

    made_at: datetime
    field_id: UUID


class TaughtField:
    """A decided field, with what it teaches, newest first."""

    def __init__(self, row: Any, lessons: Sequence[Lesson]) -> None:
        self.field_id: UUID = row.id
        self.revision: int = row.number
        self.key: str = row.key
        self.document_id: UUID = row.document_id
        self.document_title: str = row.title
        self.task_id: UUID = row.task_id
        self.withdrawn_by: UUID | None = row.withdrawn_by
        self.withdrawn_at: datetime | None = row.withdrawn_at
        self.lessons = tuple(lessons)


class LearntRepository:
    """Reads the lessons that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_for(self, document_id: UUID) -> tuple[Lesson, ...]:
        """List the lessons that apply to a document, newest first: from documents of its issuer that have the same
        readers as it, now and after each change of grants (the same access class). Workers call this.
        """
        of = self._session.execute(
            select(Document.issuer_id, Document.access_class_id).where(Document.id == document_id)
        ).one_or_none()
        if of is None or of.issuer_id is None:
            return ()
        rows = self._load(issuer=of.issuer_id, access_class=of.access_class_id, withdrawn=False)
        return tuple(lesson for each in self._teach(rows) for lesson in each.lessons)

    def list_taught(
        self, *, limit: int, after: DecidedAt | None = None, task_id: UUID | None = None
    ) -> tuple[list[TaughtField], DecidedAt | None]:
        """Look at up to `limit` corrections of all documents, or of a task, newest first. Return those that teach
        something, also withdrawn ones, and the last correction if there are more.
        """
        rows = self._load(task=task_id, withdrawn=True, after=after, most=limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        return self._teach(rows[:limit]), None if last is None else DecidedAt(last.made_at, last.id)

    def find_taught(self, field_id: UUID) -> TaughtField | None:
        """Return what a field teaches, if anything."""
        return next(iter(self._teach(self._load(field=field_id, withdrawn=True))), None)

    def withdraw(self, principal: Principal, taught: TaughtField, now: datetime) -> bool:
        """Withdraw what a field teaches. Return False if it was withdrawn before."""
        statement = insert(LessonWithdrawal).values(
            field_id=taught.field_id,
            revision=taught.revision,
            tenant_id=principal.tenant_id,
            document_id=taught.document_id,
            made_by=principal.user_id,
            made_at=now,
        )
        made = statement.on_conflict_do_nothing().returning(LessonWithdrawal.revision)
        return self._session.scalar(made) is not None

    def call_readings(self, document_id: UUID) -> None:
        """Let the open tasks be read again whose documents learn from this one."""
        self._session.execute(select(func.note_lesson(document_id)))

    def _load(
        self,
        *,
        withdrawn: bool,
        issuer: UUID | None = None,
        access_class: int | None = None,
        field: UUID | None = None,
        task: UUID | None = None,
        after: DecidedAt | None = None,
        most: int = MOST_DECISIONS,
    ) -> Sequence[Any]:
        wanted = {"issuer": issuer, "class": access_class, "field": field, "task": task, "withdrawn": withdrawn}
        at, last = (None, None) if after is None else (after.made_at, after.field_id)
        return self._session.execute(_DECIDED, {**wanted, "at": at, "last": last, "most": most}).all()

    def _teach(self, rows: Sequence[Any]) -> list[TaughtField]:
        lines = [(row, item) for row in rows if (item := self._item(row)) is not None]
        if not lines:
            return []
        facts: dict[UUID, list[Any]] = {}
        documents = list(dict.fromkeys(row.document_id for row, _ in lines))
        for stored in load_ledger_facts(self._session, document_ids=documents):
            facts.setdefault(stored.source.document_id, []).append(stored.fact)
        taught = []
        for row, item in lines:
            line = DecidedLine(
                row.id, row.number, row.document_id, row.answer, row.value, row.evidence, row.read_evidence,
                row.made_by, row.made_at,
            )  # fmt: skip
            lessons = lessons_of(line, item, facts.get(row.document_id, []))
            if lessons:
                taught.append(TaughtField(row, lessons))
        return taught

    def _item(self, row: Any) -> Any:
        return item_of(find_specs(self._session, row.schema_id, row.schema_version).get(row.key))

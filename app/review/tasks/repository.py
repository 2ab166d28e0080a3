"""SQL of the queue. It compares only times of the database's clock."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Update, and_, case, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.principal import Principal
from app.documents.models import Document, DocumentVersion
from app.jobs.models import OutboxMessage
from app.jobs.plan import OUTBOX_CHANNEL, READ_FIELDS, Queue
from app.review.deciding.rules import Person, Sampled, Status
from app.review.models import FieldRevision, FieldRow, ReviewTask, SchemaRow
from app.review.tasks.views import CLAIM_SECONDS, TaskFilters, TaskView

QUEUED, OPEN, DONE, FAILED, SUPERSEDED = "queued", "open", "done", "failed", "superseded"

_ENDS = text("now() + make_interval(secs => :seconds)").bindparams(seconds=float(CLAIM_SECONDS))
_IS_FREE = or_(ReviewTask.claimed_by.is_(None), ReviewTask.claim_until <= func.now())


def waits_for(person: Person) -> ColumnElement[bool]:
    """Return the condition that a field waits for a decision that the person may make."""
    own = FieldRevision.__table__.alias("own")
    read = exists().where(own.c.field_id == FieldRow.id, own.c.made_by == person.id, own.c.sealed)
    is_mine = read.where(own.c.round == FieldRow.round)
    can_read = and_(
        or_(FieldRow.status.in_([Status.PROPOSED, Status.SENT_BACK, Status.UNCLEAR]), FieldRow.differs), ~is_mine
    )
    if not person.approves:
        return can_read
    entered = and_(FieldRow.status == Status.ENTERED, FieldRow.author != person.id)
    conflict = and_(FieldRow.status == Status.CONFLICT, ~read.where(own.c.round == FieldRow.round - 1))
    return or_(can_read, entered, conflict)


class TaskRepository:
    """Reads and writes the tasks that the session's principal may see or change."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_view(self, task_id: UUID) -> TaskView | None:
        """Return a task, reloaded from the database."""
        found = self._session.execute(_views().where(ReviewTask.id == task_id)).one_or_none()
        return None if found is None else _view(found)

    def find_task(self, task_id: UUID) -> ReviewTask | None:
        """Return a task whose document is not deleted."""
        query = select(ReviewTask).join(Document, Document.id == ReviewTask.document_id)
        return self._session.scalar(query.where(ReviewTask.id == task_id, Document.deleted_at.is_(None)))

    def find_views(self, task_ids: Sequence[UUID]) -> dict[UUID, TaskView]:
        found = self._session.execute(_views().where(ReviewTask.id.in_(task_ids)))
        return {view.row.id: view for view in map(_view, found)}

    def list_views(
        self, filters: TaskFilters, person: Person, *, after: tuple[float, UUID] | None, limit: int
    ) -> list[TaskView]:
        """List tasks, the riskiest first."""
        query = _views().where(*list_conditions(filters, person))
        if after is not None:
            priority, task_id = after
            query = query.where(
                or_(ReviewTask.priority < priority, and_(ReviewTask.priority == priority, ReviewTask.id > task_id))
            )
        query = query.order_by(ReviewTask.priority.desc(), ReviewTask.id).limit(limit)
        return list(map(_view, self._session.execute(query)))

    def lock(self, task_id: UUID) -> tuple[ReviewTask, bool] | None:
        """Lock and reload a task. Return it, and whether somebody has its claim. Return None if the principal may not
        change it, or if another person has the claim; only approvers may lock it then.
        """

        query = select(ReviewTask, ~_IS_FREE).where(ReviewTask.id == task_id).with_for_update(of=ReviewTask)
        return _locked(self._session.execute(query.execution_options(populate_existing=True)).one_or_none())

    def hold_of_field(self, field_id: UUID, person: UUID) -> tuple[ReviewTask, bool] | None:
        """Like `lock`, for the task of a field; a claim of the person lasts as long again as when it was made. Return
        None also if the principal sees no such field.
        """
        task_id = select(FieldRow.task_id).where(FieldRow.id == field_id).scalar_subquery()
        until = case((ReviewTask.claimed_by == person, _ENDS), else_=ReviewTask.claim_until)
        held = update(ReviewTask).where(ReviewTask.id == task_id).values(claim_until=until)
        options = {"synchronize_session": False, "populate_existing": True}
        return _locked(
            self._session.execute(held.returning(ReviewTask, ~_IS_FREE).execution_options(**options)).one_or_none()
        )

    def claim_next(self, filters: TaskFilters, person: Person) -> UUID | None:
        """Claim the riskiest free task with a field that the person may decide. Tasks that are assigned to the person
        come first, and last those with only samples of others' decisions to check. Return its ID.
        """
        query = (
            select(ReviewTask.id)
            .where(_IS_FREE, *list_conditions(filters, person))
            .order_by(ReviewTask.priority.desc(), ReviewTask.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=ReviewTask)
        )
        has = exists().where(FieldRow.task_id == ReviewTask.id, FieldRow.removed_at.is_(None))
        is_due = and_(FieldRow.sampled == Sampled.DUE, FieldRow.author != person.id)
        is_open = and_(ReviewTask.state == OPEN, has.where(waits_for(person)))
        own, free = (and_(is_open, each) for each in (ReviewTask.assignee == person.id, ReviewTask.assignee.is_(None)))
        # PostgreSQL looks for a free task only if it found none that is assigned to the person. It takes the task from
        # the index of IDs only if a query of its own chooses: else it reads all tasks.
        found = func.coalesce(query.where(own).scalar_subquery(), query.where(free).scalar_subquery())
        first = select(found).scalar_subquery()
        sample = query.where(ReviewTask.state.in_([OPEN, DONE]), has.where(is_due)).scalar_subquery()
        for chosen in (first, sample):
            claimed: UUID | None = self._session.scalar(
                _claim(ReviewTask.id == chosen, person.id).returning(ReviewTask.id)
            )
            if claimed is not None:
                return claimed
        return None

    def set_claim(self, task_id: UUID, person: UUID) -> None:
        """Give a locked task to a person. The token grows, unless the person has the claim already."""
        self._session.execute(_claim(ReviewTask.id == task_id, person))

    def end_claim_of(self, task_id: UUID, person: UUID) -> bool:
        """End the person's claim of a task. Return False if the person has none."""
        has_claim = (ReviewTask.claimed_by == person, ReviewTask.claim_until > func.now())
        ended = (
            update(ReviewTask)
            .where(ReviewTask.id == task_id, *has_claim)
            .values(claimed_by=None, claim_until=None)
            .execution_options(synchronize_session=False)
        )
        return self._session.scalar(ended.returning(ReviewTask.id)) is not None

    def end_claim(self, task_id: UUID) -> None:
        self._update(task_id, claimed_by=None, claim_until=None)

    def assign(self, task_id: UUID, person: UUID | None) -> None:
        self._update(task_id, assignee=person)

    def ensure_task(
        self, principal: Principal, *, document_id: UUID, version_id: UUID, schema: SchemaRow
    ) -> tuple[UUID, bool]:
        """Queue the reading of a version's fields, unless the version has a task for the schema. Return its ID, and
        whether it is new. Tasks for older versions of the document are superseded.
        """
        task_id = new_id()
        added = self._session.scalar(
            insert(ReviewTask)
            .values(
                id=task_id,
                tenant_id=principal.tenant_id,
                document_id=document_id,
                version_id=version_id,
                schema_id=schema.id,
                schema_version=schema.version,
                state=QUEUED,
                available_at=func.now(),
                called_at=func.now(),
                created_by=principal.user_id,
                created_at=func.now(),
                changed_at=func.now(),
            )
            .on_conflict_do_nothing(index_elements=["version_id", "schema_id"])
            .returning(ReviewTask.id)
        )
        if added is None:
            by = (ReviewTask.version_id == version_id, ReviewTask.schema_id == schema.id)
            return self._session.execute(select(ReviewTask.id).where(*by)).scalar_one(), False
        older = (ReviewTask.document_id == document_id, ReviewTask.schema_id == schema.id, ReviewTask.id != task_id)
        self._session.execute(
            update(ReviewTask)
            .where(*older, ReviewTask.state != SUPERSEDED)
            .values(state=SUPERSEDED)
            .execution_options(synchronize_session=False)
        )
        self.call(principal.tenant_id, task_id)
        return task_id, True

    def call(self, tenant_id: UUID, task_id: UUID) -> None:
        """Write the message to read a task's fields; it takes effect when the transaction commits."""
        arguments = {"tenant_id": str(tenant_id), "task_id": str(task_id)}
        self._session.execute(
            insert(OutboxMessage)
            .values(
                tenant_id=tenant_id,
                topic=READ_FIELDS,
                payload={"queue": Queue.MAINTENANCE, "trace": None, "arguments": arguments},
                created_at=func.now(),
                available_at=func.now(),
            )
            .inline()
        )
        self._session.execute(select(func.pg_notify(OUTBOX_CHANNEL, "")))

    def requeue(self, task_id: UUID, *, schema_version: int) -> None:
        """Queue the reading of a locked task's fields again, by a version of its schema."""
        self._update(
            task_id,
            state=QUEUED,
            schema_version=schema_version,
            available_at=func.now(),
            called_at=func.now(),
            attempts=0,
            error_code=None,
            error_detail=None,
        )

    def _update(self, task_id: UUID, **values: object) -> None:
        change = update(ReviewTask).where(ReviewTask.id == task_id).values(**values)
        self._session.execute(change.execution_options(synchronize_session=False))


def _locked(found: Row[ReviewTask, bool] | None) -> tuple[ReviewTask, bool] | None:
    return None if found is None else (found[0], bool(found[1]))


def _claim(which: ColumnElement[bool], person: UUID) -> Update:
    is_same = and_(ReviewTask.claimed_by == person, ReviewTask.claim_until > func.now())
    return (
        update(ReviewTask)
        .where(which)
        .values(claimed_by=person, claim_until=_ENDS, claim_token=ReviewTask.claim_token + case((is_same, 0), else_=1))
        .execution_options(synchronize_session=False)
    )


def _views() -> Select[ReviewTask, Document, str, str, bool, int | None]:
    pages = select(DocumentVersion.page_count).where(DocumentVersion.id == ReviewTask.version_id)
    return (
        select(ReviewTask, Document, SchemaRow.key, SchemaRow.title, ~_IS_FREE, pages.scalar_subquery())
        .join(Document, Document.id == ReviewTask.document_id)
        .join(SchemaRow, SchemaRow.id == ReviewTask.schema_id)
        .where(Document.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    )


def _view(found: Row[ReviewTask, Document, str, str, bool, int | None]) -> TaskView:
    row, document, key, title, is_claimed, page_count = found
    return TaskView(
        row=row,
        document_title=document.title,
        issuer=document.issuer,
        document_type=document.document_type,
        collection_id=document.collection_id,
        is_current=document.current_version_id == row.version_id,
        is_claimed=bool(is_claimed),
        schema_key=key,
        schema_title=title,
        page_count=page_count,
    )


def list_conditions(filters: TaskFilters, person: Person) -> list[ColumnElement[bool]]:
    """Return the SQL conditions of the filters."""
    document = {
        Document.collection_id: filters.collection_id,
        Document.issuer_id: filters.issuer_id,
        Document.document_type: filters.document_type,
    }
    of_document = [column == value for column, value in document.items() if value is not None]
    conditions: list[ColumnElement[bool]] = []
    if of_document:
        conditions.append(ReviewTask.document_id.in_(select(Document.id).where(*of_document)))
    if filters.schema is not None:
        by_key = select(SchemaRow.id).where(SchemaRow.key == filters.schema)
        conditions.append(ReviewTask.schema_id.in_(by_key))
    if filters.state is not None:
        conditions.append(ReviewTask.state == filters.state)
    if filters.document_id is not None:
        conditions.append(ReviewTask.document_id == filters.document_id)
    if filters.assignee is not None:
        conditions.append(ReviewTask.assignee == filters.assignee)
    if filters.mine:
        has_claim = and_(ReviewTask.claimed_by == person.id, ReviewTask.claim_until > func.now())
        conditions.append(or_(ReviewTask.assignee == person.id, has_claim))
    if filters.unclaimed:
        conditions.append(_IS_FREE)
    if filters.min_priority > 0:
        conditions.append(ReviewTask.priority >= filters.min_priority)
    return conditions

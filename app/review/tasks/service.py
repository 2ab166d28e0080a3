"""The queue: list tasks, claim, release and assign them."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Permission, Principal
from app.db.keyed import planned_once
from app.db.session import Database
from app.documents.errors import NotEditableError
from app.documents.repository import DocumentRepository
from app.review.deciding.rules import Person
from app.review.models import ReviewTask
from app.review.people import Reviewer, are_reviewers, list_reviewers
from app.review.schemas.repository import SHIPPED, SchemaRepository
from app.review.tasks.errors import (
    AssigneeError,
    ClaimLostError,
    TaskClaimedError,
    TaskNotFoundError,
    TaskNotOpenError,
)
from app.review.tasks.repository import DONE, FAILED, OPEN, TaskRepository
from app.review.tasks.views import TaskFilters, TaskView


def person_of(principal: Principal) -> Person:
    """Return who decides."""
    return Person(principal.user_id, approves=principal.may(Permission.REVIEW_APPROVE))


def lock_task(session: Session, task_id: UUID, principal: Principal, *, token: int | None = None) -> ReviewTask:
    """Lock a task for a change by the principal.

    Raises TaskNotFoundError, NotEditableError, TaskClaimedError if another person has the claim, ClaimLostError if
    `token` is not that of the principal's claim. A claim that nobody has replaced or ended counts after its time, too.
    """
    return check_claim(_lock(session, task_id), principal, token=token)


def check_claim(locked: tuple[ReviewTask, bool], principal: Principal, *, token: int | None = None) -> ReviewTask:
    """Return a locked task if the principal may change it; `locked` also states whether somebody has its claim. Raises
    TaskClaimedError, ClaimLostError as `lock_task` does.
    """
    row, is_claimed = locked
    if is_claimed and row.claimed_by != principal.user_id:
        raise TaskClaimedError
    if token is not None and not (row.claimed_by == principal.user_id and row.claim_token == token):
        raise ClaimLostError
    return row


def _lock(session: Session, task_id: UUID) -> tuple[ReviewTask, bool]:
    locked = TaskRepository(session).lock(task_id)
    if locked is not None:
        return locked
    view = TaskRepository(session).find_view(task_id)
    if view is None:
        raise TaskNotFoundError
    documents = DocumentRepository(session)
    if not documents.is_editable(documents.get_document(view.row.document_id).access_class_id):
        raise NotEditableError
    raise TaskClaimedError


class TaskService:
    """Lists and changes tasks under the principal's rights. One whose document is not visible counts as absent."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_tasks(self, principal: Principal, page: PageRequest, filters: TaskFilters) -> PageOf[TaskView]:
        """List tasks, the riskiest first. Raises InvalidCursorError, SchemaNotFoundError."""
        after = _parse_cursor(page.after())
        with self._database.transaction(principal) as session:
            SchemaRepository(session).check_key(filters.schema)
            found = TaskRepository(session).list_views(filters, person_of(principal), after=after, limit=page.limit + 1)
        items = found[: page.limit]
        more = len(found) > page.limit
        last = items[-1].row if more else None
        return PageOf(items=items, next_cursor=None if last is None else encode_cursor(f"{last.priority!r} {last.id}"))

    def get_task(self, principal: Principal, task_id: UUID) -> TaskView:
        """Return a task. Raises TaskNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            return _get_view(session, task_id)

    def create_task(self, principal: Principal, document_id: UUID, schema: str) -> tuple[TaskView, bool]:
        """Queue the reading of a document's fields by a schema (its key or ID). Return the task, and whether it is new.

        Raises PermissionRequiredError, DocumentNotFoundError, NotEditableError, SchemaNotFoundError, TaskNotOpenError
        if the document is not searchable yet.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            documents = DocumentRepository(session)
            document = documents.get_document(document_id)
            if not documents.is_editable(document.access_class_id):
                raise NotEditableError
            if document.current_version_id is None:
                raise TaskNotOpenError("The document is not searchable yet: wait until it is published.")
            schemas = SchemaRepository(session)
            row = schemas.find_row(_id_or_key(schema))
            if row is None or row.origin == SHIPPED:
                key = schema if row is None else row.key
                row = schemas.ensure_shipped(key, principal, self._clock.now())
            task_id, is_new = TaskRepository(session).ensure_task(
                principal, document_id=document_id, version_id=document.current_version_id, schema=row
            )
            if is_new:
                _record(session, principal, "created", task_id, document_id=str(document_id), schema_id=str(row.id))
            return _get_view(session, task_id), is_new

    def retry(self, principal: Principal, task_id: UUID) -> TaskView:
        """Read the fields of a failed task again. Raises PermissionRequiredError, TaskNotFoundError, NotEditableError,
        TaskNotOpenError if it has not failed.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            row = lock_task(session, task_id, principal)
            if row.state != FAILED:
                raise TaskNotOpenError("The task has not failed: there is nothing to repeat.")
            repository = TaskRepository(session)
            repository.requeue(task_id, schema_version=row.schema_version)
            repository.call(principal.tenant_id, task_id)
            _record(session, principal, "retried", task_id)
            return _get_view(session, task_id)

    def claim_next(self, principal: Principal, filters: TaskFilters, *, release: UUID | None = None) -> TaskView | None:
        """Claim the riskiest free task that waits for the principal, and end the claim of `release`. Return None if
        there is none.

        Raises PermissionRequiredError, TaskNotFoundError, SchemaNotFoundError.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session, planned_once(session):
            repository = TaskRepository(session)
            SchemaRepository(session).check_key(filters.schema)
            if release is not None:
                self._end_claim(session, principal, release)
            task_id = repository.claim_next(filters, person_of(principal))
            if task_id is None:
                return None
            _record(session, principal, "claimed", task_id)
            return _get_view(session, task_id)

    def claim(self, principal: Principal, task_id: UUID) -> TaskView:
        """Claim a task, or extend the principal's claim. Raises PermissionRequiredError, TaskNotFoundError,
        NotEditableError, TaskClaimedError, TaskNotOpenError.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            row = lock_task(session, task_id, principal)
            if row.state not in (OPEN, DONE):
                raise TaskNotOpenError
            TaskRepository(session).set_claim(task_id, principal.user_id)
            view = _get_view(session, task_id)
            _record(session, principal, "claimed", task_id)
            return view

    def release(self, principal: Principal, task_id: UUID) -> TaskView:
        """End the claim of a task; an approver may end that of another person. Without a claim, nothing changes.

        Raises PermissionRequiredError, TaskNotFoundError, NotEditableError, TaskClaimedError.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            self._end_claim(session, principal, task_id)
            return _get_view(session, task_id)

    def assign(self, principal: Principal, task_id: UUID, assignee: UUID | None) -> TaskView:
        """Assign a task to a user, or to nobody. Raises PermissionRequiredError, TaskNotFoundError, NotEditableError,
        TaskClaimedError, AssigneeError.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            _lock(session, task_id)
            if assignee is not None and not are_reviewers(session, [assignee]):
                raise AssigneeError
            TaskRepository(session).assign(task_id, assignee)
            _record(session, principal, "assigned", task_id, assignee=None if assignee is None else str(assignee))
            return _get_view(session, task_id)

    def list_reviewers(self, principal: Principal) -> list[Reviewer]:
        """List the users who review, as far as the principal may see them."""
        with self._database.transaction(principal) as session:
            return list_reviewers(session)

    def _end_claim(self, session: Session, principal: Principal, task_id: UUID) -> None:
        repository = TaskRepository(session)
        claimed_by = principal.user_id
        if not repository.end_claim_of(task_id, principal.user_id):
            row, is_claimed = _lock(session, task_id)
            if not is_claimed or row.claimed_by is None:
                return
            claimed_by = row.claimed_by
            repository.end_claim(task_id)
        _record(session, principal, "released", task_id, claimed_by=str(claimed_by))


def _get_view(session: Session, task_id: UUID) -> TaskView:
    view = TaskRepository(session).find_view(task_id)
    if view is None:
        raise TaskNotFoundError
    return view


def _record(session: Session, principal: Principal, what: str, task_id: UUID, **detail: object) -> None:
    record(session, principal, f"review.task.{what}", object_type="review-task", object_id=task_id, detail=detail)


def _id_or_key(schema: str) -> UUID | str:
    try:
        return UUID(schema)
    except ValueError:
        return schema


def _parse_cursor(after: str | None) -> tuple[float, UUID] | None:
    if after is None:
        return None
    priority, _, task_id = after.partition(" ")
    try:
        return float(priority), UUID(task_id)
    except ValueError as error:
        raise InvalidCursorError from error

"""Lists what the reader has learnt from corrections, and withdraws it."""

from datetime import datetime
from uuid import UUID

from app.audit.service import record
from app.core.clock import Clock
from app.core.pagination import LONGEST, InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.documents.errors import NotEditableError
from app.documents.repository import DocumentRepository
from app.review.deciding.errors import FieldNotFoundError
from app.review.fields.repository import FieldRepository
from app.review.learnt.errors import NothingLearntError
from app.review.learnt.repository import DecidedAt, LearntRepository, TaughtField


class LearntService:
    """Reads lessons under the principal's rights: those from hidden documents count as absent."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_learnt(
        self, principal: Principal, page: PageRequest = LONGEST, *, task_id: UUID | None = None
    ) -> PageOf[TaughtField]:
        """List the decided fields that teach the reader something, newest first, also withdrawn ones: of all
        corrections, or of those of a task. A page may have fewer of them than its limit although the list continues.
        Labels are words of documents, so each read is audited. Raises InvalidCursorError.
        """
        after = _parse_cursor(page.after())
        with self._database.transaction(principal, snapshot=True) as session:
            found, last = LearntRepository(session).list_taught(limit=page.limit, after=after, task_id=task_id)
            for document_id in dict.fromkeys(each.document_id for each in found):
                record(session, principal, "review.lessons.read", object_type="document", object_id=document_id)
        cursor = None if last is None else encode_cursor(f"{last.made_at.isoformat()} {last.field_id}")
        return PageOf(items=found, next_cursor=cursor)

    def withdraw(self, principal: Principal, field_id: UUID) -> TaughtField:
        """Withdraw what a field teaches; documents that learnt from it are read again. Withdrawing twice changes
        nothing. Raises PermissionRequiredError, FieldNotFoundError, NotEditableError, NothingLearntError.
        """
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            field = FieldRepository(session).find_field(field_id)
            if field is None:
                raise FieldNotFoundError
            documents = DocumentRepository(session)
            if not documents.is_editable(documents.get_document(field.document_id).access_class_id):
                raise NotEditableError
            lessons = LearntRepository(session)
            taught = lessons.find_taught(field_id)
            if taught is None:
                raise NothingLearntError
            if lessons.withdraw(principal, taught, self._clock.now()):
                lessons.call_readings(taught.document_id)
                detail = {"revision": taught.revision}
                record(
                    session,
                    principal,
                    "review.lesson.withdrawn",
                    object_type="field",
                    object_id=field_id,
                    detail=detail,
                )
                taught = lessons.find_taught(field_id) or taught
        return taught


def _parse_cursor(after: str | None) -> DecidedAt | None:
    if after is None:
        return None
    made_at, _, field_id = after.partition(" ")
    try:
        found = DecidedAt(datetime.fromisoformat(made_at), UUID(field_id))
    except ValueError as error:
        raise InvalidCursorError from error
    if found.made_at.tzinfo is None:
        raise InvalidCursorError
    return found

"""Comments on fields. On a field whose blind readings are not complete, others see a comment only when they are."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import LONGEST, PageOf, PageRequest, cut_page, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.bulk import insert_row
from app.db.session import Database
from app.documents.errors import NotEditableError
from app.documents.repository import DocumentRepository
from app.review.comments.errors import MentionError
from app.review.deciding.errors import FieldNotFoundError
from app.review.deciding.rules import FINAL, Status
from app.review.fields.repository import FieldRepository, readings_of
from app.review.models import FieldComment, FieldRow
from app.review.people import are_reviewers


class CommentService:
    """Writes and reads comments under the principal's rights."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, principal: Principal, field_id: UUID, body: str, mentions: Sequence[UUID]) -> FieldComment:
        """Add a comment. Raises PermissionRequiredError, FieldNotFoundError, NotEditableError, MentionError."""
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            field = _get_field(session, field_id)
            documents = DocumentRepository(session)
            if not documents.is_editable(documents.get_document(field.document_id).access_class_id):
                raise NotEditableError
            if mentions and not are_reviewers(session, mentions):
                raise MentionError
            named = list(dict.fromkeys(mentions))
            is_conflict = field.status == Status.CONFLICT
            sealed = FieldRepository(session).find_sealed([field]).get(field.id, ())
            has_read = not is_conflict and bool(readings_of(field, sealed))
            is_blind = field.policy == "blind" and not is_conflict and field.status not in FINAL
            values = {
                "id": new_id(),
                "tenant_id": principal.tenant_id,
                "document_id": field.document_id,
                "field_id": field.id,
                "round": field.round,
                "sealed": is_blind or has_read,
                "body": body,
                "mentions": named,
                "made_by": principal.user_id,
                "made_at": self._clock.now(),
            }
            insert_row(session, FieldComment, values)
            detail = {"field_id": str(field.id), "mentions": [str(each) for each in named]}
            record(session, principal, "review.field.commented", object_type="field", object_id=field.id, detail=detail)
        return FieldComment(**values)

    def list_comments(self, principal: Principal, field_id: UUID, page: PageRequest = LONGEST) -> PageOf[FieldComment]:
        """List the comments on a field, oldest first. Raises FieldNotFoundError, InvalidCursorError."""
        after = parse_uuid_cursor(page)
        query = select(FieldComment).where(FieldComment.field_id == field_id)
        if after is not None:
            query = query.where(FieldComment.id > after)
        with self._database.transaction(principal, snapshot=True) as session:
            _get_field(session, field_id)
            found = session.scalars(query.order_by(FieldComment.id).limit(page.limit + 1)).all()
        return cut_page(found, page, lambda row: row.id)


def _get_field(session: Session, field_id: UUID) -> FieldRow:
    field = FieldRepository(session).find_field(field_id)
    if field is None:
        raise FieldNotFoundError
    return field

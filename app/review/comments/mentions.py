"""Comments that mention a user, and which of them the user has read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import Clock
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.documents.models import Document
from app.review.comments.errors import MentionNotFoundError
from app.review.models import FieldComment, FieldRow, MentionRead


@dataclass(frozen=True, slots=True)
class Mention:
    """A comment that mentions a user, with its field. `read_at` is None until the user has opened it."""

    comment: FieldComment
    task_id: UUID
    key: str
    document_title: str
    read_at: datetime | None


class MentionService:
    """Reads the comments that mention the principal, as far as the principal may see them."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_mentions(self, principal: Principal, page: PageRequest, *, unread: bool | None = None) -> PageOf[Mention]:
        """List the comments, newest first: all, or those that the principal has (not) read. Raises
        InvalidCursorError.
        """
        before = parse_uuid_cursor(page)
        query = _mentions(principal)
        if unread is not None:
            query = query.where(MentionRead.read_at.is_(None) if unread else MentionRead.read_at.is_not(None))
        if before is not None:
            query = query.where(FieldComment.id < before)
        with self._database.transaction(principal, snapshot=True) as session:
            found = [
                _mention(row) for row in session.execute(query.order_by(FieldComment.id.desc()).limit(page.limit + 1))
            ]
        items = found[: page.limit]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].comment.id)) if more else None)

    def read(self, principal: Principal, comment_id: UUID) -> Mention:
        """Record that the principal has read a comment that mentions the principal. Raises MentionNotFoundError."""
        with self._database.transaction(principal) as session:
            query = _mentions(principal).where(FieldComment.id == comment_id)
            if session.execute(query).one_or_none() is None:
                raise MentionNotFoundError
            made = insert(MentionRead).values(
                user_id=principal.user_id,
                comment_id=comment_id,
                tenant_id=principal.tenant_id,
                read_at=self._clock.now(),
            )
            session.execute(made.on_conflict_do_nothing().inline())
            return _mention(session.execute(query).one())


def _mentions(principal: Principal) -> Select[FieldComment, UUID, str, str, datetime | None]:
    is_read = and_(MentionRead.comment_id == FieldComment.id, MentionRead.user_id == principal.user_id)
    return (
        select(FieldComment, FieldRow.task_id, FieldRow.key, Document.title, MentionRead.read_at)
        .join(FieldRow, FieldRow.id == FieldComment.field_id)
        .join(Document, Document.id == FieldComment.document_id)
        .outerjoin(MentionRead, is_read)
        .where(FieldComment.mentions.contains([principal.user_id]))
    )


def _mention(row: Row[FieldComment, UUID, str, str, datetime | None]) -> Mention:
    return Mention(*row)

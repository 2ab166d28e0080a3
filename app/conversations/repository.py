"""SQL of conversations. Row-level security limits every query to rows that the session's principal may see."""

from collections.abc import Collection as Ids
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from app.access.models import Collection
from app.answers.models import Answer, Question
from app.conversations.models import Conversation, Feedback, Turn, TurnReading
from app.db.bulk import insert_row
from app.documents.issuers import normalise_issuer
from app.documents.models import Document, DocumentVersion
from app.issuers.reading import find_meant, is_issuer_id


class ConversationRepository:
    """Reads and writes the conversations of the session's user."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def insert_conversation(self, values: Mapping[str, Any]) -> None:
        insert_row(self._session, Conversation, values)

    def find_conversation(self, conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
        """Return a conversation; with `lock`, it cannot be deleted before the transaction ends."""
        query = select(Conversation).where(Conversation.id == conversation_id)
        return self._session.scalar(query.with_for_update() if lock else query)

    def list_conversations(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Conversation]:
        """List conversations, those with the newest turn first."""
        query = select(Conversation).order_by(Conversation.changed_at.desc(), Conversation.id.desc()).limit(limit)
        if before is not None:
            query = query.where(tuple_(Conversation.changed_at, Conversation.id) < tuple_(*before))
        return self._session.scalars(query).all()

    def update_conversation(self, conversation_id: UUID, values: Mapping[str, Any]) -> None:
        self._session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))

    def delete_conversation(self, conversation_id: UUID) -> None:
        """Delete a conversation with its turns, and their questions and answers."""
        asked = select(Turn.question_id).where(Turn.conversation_id == conversation_id, Turn.question_id.is_not(None))
        questions = self._session.scalars(asked).all()
        self._session.execute(delete(Conversation).where(Conversation.id == conversation_id))
        self._session.execute(delete(Question).where(Question.id.in_(questions)))

    def count_turns(self, conversation_id: UUID) -> int:
        query = select(func.count()).select_from(Turn).where(Turn.conversation_id == conversation_id)
        return self._session.scalar(query) or 0

    def insert_turn(self, values: Mapping[str, Any], reading: Mapping[str, Any]) -> None:
        insert_row(self._session, Turn, values)
        insert_row(self._session, TurnReading, reading)

    def find_turn(self, conversation_id: UUID, turn_id: UUID) -> Turn | None:
        return self._session.scalar(select(Turn).where(Turn.conversation_id == conversation_id, Turn.id == turn_id))

    def find_last_answered(self, conversation_id: UUID) -> Turn | None:
        """Return the newest turn with a question (ids are ordered by time)."""
        query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.question_id.is_not(None))
        return self._session.scalar(query.order_by(Turn.id.desc()).limit(1))

    def list_last_answered(self, conversation_id: UUID, *, limit: int) -> Sequence[Turn]:
        """List the newest turns with a question, oldest first."""
        query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.question_id.is_not(None))
        return self._session.scalars(query.order_by(Turn.id.desc()).limit(limit)).all()[::-1]

    def list_turns(self, conversation_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Turn]:
        """List turns, oldest first."""
        query = select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.id).limit(limit)
        if after is not None:
            query = query.where(Turn.id > after)
        return self._session.scalars(query).all()

    def find_readings(self, turn_ids: Ids[UUID]) -> dict[UUID, TurnReading]:
        """Return readings by turn. Those with words of a document that the user may not see are omitted."""
        found = self._session.scalars(select(TurnReading).where(TurnReading.turn_id.in_(turn_ids)))
        return {reading.turn_id: reading for reading in found}

    def find_verdicts(self, question_ids: Ids[UUID], user_id: UUID) -> dict[UUID, str]:
        """Return the verdict of each question's newest feedback of the user."""
        query = select(Feedback.question_id, Feedback.verdict).where(
            Feedback.question_id.in_(question_ids), Feedback.user_id == user_id
        )
        return {row.question_id: row.verdict for row in self._session.execute(query.order_by(Feedback.id))}

    def find_reading_of(self, question_id: UUID) -> TurnReading | None:
        """Return how the turn with a question was understood, if the user may see it."""
        query = select(TurnReading).join(Turn, Turn.id == TurnReading.turn_id).where(Turn.question_id == question_id)
        return self._session.scalar(query)

    def find_sources(self, question_id: UUID) -> list[UUID]:
        """Return the documents from which an answer was drafted."""
        found = self._session.scalar(select(Answer.drafted_from).where(Answer.question_id == question_id))
        return list(found or ())

    def insert_feedback(self, values: Mapping[str, Any]) -> None:
        insert_row(self._session, Feedback, values)

    def find_feedback(self, question_id: UUID, user_id: UUID) -> Feedback | None:
        """Return a user's newest feedback on an answer."""
        query = select(Feedback).where(Feedback.question_id == question_id, Feedback.user_id == user_id)
        return self._session.scalar(query.order_by(Feedback.id.desc()).limit(1))

    def list_feedback(self, *, before: UUID | None, limit: int) -> Sequence[Feedback]:
        """List the newest feedback on each answer, newest first, as far as the user may see it."""
        newer = aliased(Feedback)
        is_newest = ~exists().where(newer.question_id == Feedback.question_id, newer.id > Feedback.id)
        query = select(Feedback).where(is_newest).order_by(Feedback.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Feedback.id < before)
        return self._session.scalars(query).all()

    def count_pages(self, document_ids: Ids[UUID]) -> dict[UUID, int]:
        """Return the numbers of pages of the searchable versions of documents that the user may see."""
        query = (
            select(Document.id, DocumentVersion.page_count)
            .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
            .where(Document.id.in_(document_ids), Document.deleted_at.is_(None))
        )
        return {row.id: row.page_count or 0 for row in self._session.execute(query)}

    def name_collections(self, ids: Ids[UUID]) -> dict[UUID, str]:
        """Return the names of the collections that the user may see."""
        if not ids:
            return {}
        query = select(Collection.id, Collection.name).where(Collection.id.in_(ids))
        return {row.id: row.name for row in self._session.execute(query)}

    def name_documents(self, ids: Ids[UUID]) -> dict[UUID, str]:
        """Return the titles of the documents that the user may see."""
        if not ids:
            return {}
        query = select(Document.id, Document.title).where(Document.id.in_(ids), Document.deleted_at.is_(None))
        return {row.id: row.title for row in self._session.execute(query)}

    def name_issuers(self, names: Ids[str]) -> dict[str, str]:
        """Return the names that mean issuers with documents that the user may see, each with the name to show: the
        issuer's own for an ID.
        """
        meant = find_meant(self._session, names) if names else {}
        shown = {name: issuers[0].name if is_issuer_id(name) else name for name, issuers in meant.items() if issuers}
        keys = {name: normalise_issuer(name) for name in names if name not in shown}
        if not keys:
            return shown
        # Documents that were published before issuers had records have none.
        query = select(Document.issuer_key).where(
            Document.issuer_key.in_(keys.values()), Document.issuer_id.is_(None), Document.deleted_at.is_(None)
        )
        known = set(self._session.scalars(query.distinct()))
        return shown | {name: name for name, key in keys.items() if key in known}

    def list_issuers(self, document_ids: Ids[UUID]) -> list[str]:
        """Return the issuers of the documents, as far as the user may see these."""
        query = select(Document.issuer).where(Document.id.in_(document_ids), Document.issuer.is_not(None))
        return [issuer for issuer in self._session.scalars(query.distinct()) if issuer]

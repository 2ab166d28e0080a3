"""SQL of answers. Row-level security limits every query to rows that the session's principal may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers.claims import CitedSpan, DroppedClaim, PageKey
from app.answers.events import AskedQuestion, ShownClaim
from app.answers.models import Answer, Citation, Claim, Question, QuestionNotes
from app.db.bulk import insert_row, insert_rows
from app.db.keyed import run_keyed
from app.documents.models import Document

_PAGE_TEXTS = """
SELECT w.version_id, w.number, p.text FROM unnest(%(versions)s::uuid[], %(numbers)s::int[]) AS w(version_id, number)
CROSS JOIN LATERAL (
    SELECT p.text FROM pages p WHERE p.version_id = w.version_id AND p.number = w.number OFFSET 0) p
"""
_NOTES = """
SELECT w.id, n.notes FROM unnest(%(questions)s::uuid[]) AS w(id)
CROSS JOIN LATERAL (SELECT n.notes FROM question_notes n WHERE n.question_id = w.id OFFSET 0) n
"""
_STORED = """
SELECT n.notes FROM answers a LEFT JOIN question_notes n ON n.question_id = a.question_id
WHERE a.question_id = %(question)s
"""


@dataclass(frozen=True, slots=True)
class StoredCitation:
    """A citation with its document's current title."""

    claim_ordinal: int
    span: CitedSpan


class AnswerRepository:
    """Reads and writes the questions and answers of the session's user."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_page_texts(self, keys: Iterable[PageKey]) -> dict[PageKey, str]:
        """Return page texts by key. Pages that the principal may not read are omitted."""
        wanted = list(keys)
        if not wanted:
            return {}
        versions, numbers = zip(*wanted, strict=True)
        found = run_keyed(self._session, _PAGE_TEXTS, {"versions": list(versions), "numbers": list(numbers)})
        return {(version_id, number): content for version_id, number, content in found}

    def insert_question(self, tenant_id: UUID, user_id: UUID, question: AskedQuestion) -> None:
        insert_row(
            self._session,
            Question,
            {
                "id": question.id,
                "tenant_id": tenant_id,
                "user_id": user_id,
                "text": question.text,
                "filters": question.filters,
                "understanding": question.understanding,
                "asked_at": question.asked_at,
            },
        )

    def insert_notes(self, tenant_id: UUID, question_id: UUID, notes: Mapping[str, object]) -> None:
        insert_row(
            self._session, QuestionNotes, {"tenant_id": tenant_id, "question_id": question_id, "notes": dict(notes)}
        )

    def insert_answer(self, tenant_id: UUID, question_id: UUID, values: Mapping[str, object]) -> None:
        insert_row(self._session, Answer, {"tenant_id": tenant_id, "question_id": question_id, **values})

    def insert_claims(
        self,
        tenant_id: UUID,
        question_id: UUID,
        shown: Sequence[ShownClaim],
        dropped: Sequence[tuple[int, DroppedClaim]],
    ) -> None:
        """Insert the shown and the dropped claims with their ordinals, and the citations of the shown claims."""
        key = {"tenant_id": tenant_id, "question_id": question_id}
        claims: list[dict[str, object]] = [
            {
                **key,
                "ordinal": claim.ordinal,
                "text": claim.text,
                "dropped_reason": None,
                "part": claim.part.value,
                "issuer": claim.subject.issuer,
                "period": claim.subject.period,
            }
            for claim in shown
        ]
        claims += [
            {
                **key,
                "ordinal": ordinal,
                "text": claim.text,
                "dropped_reason": claim.reason.value,
                "part": claim.part.value,
                "issuer": None,
                "period": None,
            }
            for ordinal, claim in dropped
        ]
        citations = [
            {
                **key,
                "claim_ordinal": claim.ordinal,
                "ordinal": ordinal,
                "document_id": span.document_id,
                "version_id": span.version_id,
                "page_number": span.page_number,
                "char_start": span.char_start,
                "char_end": span.char_end,
                "quote": span.quote,
            }
            for claim in shown
            for ordinal, span in enumerate(claim.citations, start=1)
        ]
        insert_rows(self._session, Claim, claims)
        insert_rows(self._session, Citation, citations)

    def find_question(self, question_id: UUID) -> Question | None:
        return self._session.scalar(select(Question).where(Question.id == question_id))

    def list_questions(self, *, before: UUID | None, limit: int) -> Sequence[Question]:
        """List the user's questions, newest first (ids are ordered by time)."""
        query = select(Question).order_by(Question.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Question.id < before)
        return self._session.scalars(query).all()

    def list_by_id(self, question_ids: Sequence[UUID]) -> Sequence[Question]:
        """List the user's questions with these IDs."""
        return self._session.scalars(select(Question).where(Question.id.in_(question_ids))).all()

    def read_stored(self, question_id: UUID) -> tuple[bool, Mapping[str, Any] | None]:
        """Return whether the answer is visible (all documents that it cites are), and its notes if all documents of the
        draft are.
        """
        found = run_keyed(self._session, _STORED, {"question": question_id})
        return (True, found[0][0]) if found else (False, None)

    def find_answers(self, question_ids: Sequence[UUID]) -> dict[UUID, Answer]:
        """Return answers by question id. Answers with a source that is no longer visible are omitted."""
        found = self._session.scalars(select(Answer).where(Answer.question_id.in_(question_ids)))
        return {answer.question_id: answer for answer in found}

    def find_notes(self, question_ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
        """Return notes by question id. Those of an answer drafted from a document that is hidden now are omitted."""
        return dict(run_keyed(self._session, _NOTES, {"questions": list(question_ids)}))

    def list_claims(self, question_ids: Sequence[UUID]) -> Sequence[Claim]:
        query = select(Claim).where(Claim.question_id.in_(question_ids)).order_by(Claim.question_id, Claim.ordinal)
        return self._session.scalars(query).all()

    def list_citations(self, question_id: UUID) -> list[StoredCitation]:
        query = (
            select(Citation, Document.title)
            .join(Document, Document.id == Citation.document_id)
            .where(Citation.question_id == question_id)
            .order_by(Citation.claim_ordinal, Citation.ordinal)
        )
        return [
            StoredCitation(
                claim_ordinal=row.claim_ordinal,
                span=CitedSpan(
                    document_id=row.document_id,
                    version_id=row.version_id,
                    document_title=title,
                    page_number=row.page_number,
                    char_start=row.char_start,
                    char_end=row.char_end,
                    quote=row.quote,
                ),
            )
            for row, title in self._session.execute(query)
        ]

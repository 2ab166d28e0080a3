"""Feedback on answers: given by the user who asked, read by engineers who may read the same documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.errors import QuestionNotFoundError
from app.answers.events import AnswerStatus, AnswerView
from app.answers.reading import read_answers
from app.audit.service import record
from app.conversations.errors import FeedbackPageNotFoundError
from app.conversations.models import Feedback
from app.conversations.repository import ConversationRepository
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    NOT_USEFUL = "not-useful"


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page of a document's searchable version."""

    document_id: UUID
    page: int


@dataclass(frozen=True, slots=True)
class NewFeedback:
    """What a user says about an answer. `pages` are those with the right answer."""

    verdict: Verdict
    comment: str = ""
    right_answer: str = ""
    pages: tuple[PageRef, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """Stored feedback. `question` is the complete question. For a right answer without pages, `right_answer` and
    `pages` are the answer's first claim and the pages that it cites.
    """

    id: UUID
    question_id: UUID
    question: str
    verdict: Verdict
    comment: str
    right_answer: str
    pages: tuple[PageRef, ...]
    given_at: datetime


class FeedbackService:
    """Stores feedback and lists it, under the rights of the caller."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def give(self, principal: Principal, question_id: UUID, feedback: NewFeedback) -> FeedbackView:
        """Store feedback on an answer of the user. The newest counts.

        Raises QuestionNotFoundError, also if the user has lost access to a source of the answer, and
        FeedbackPageNotFoundError.
        """
        with self._database.transaction(principal) as session:
            repository = ConversationRepository(session)
            view = read_answers(session, principal, [question_id]).get(question_id)
            if view is None or view.status is AnswerStatus.WITHDRAWN:
                raise QuestionNotFoundError
            _check_pages(repository, feedback.pages)
            reading = repository.find_reading_of(question_id)
            right_answer, pages = _confirmed(feedback, view)
            sources = {*repository.find_sources(question_id), *(page.document_id for page in pages)}
            sources |= {span.document_id for claim in view.claims for span in claim.citations}
            question = view.question
            if reading is not None and reading.question is not None:
                question, sources = reading.question, sources | {*reading.learnt_from}
            values = {
                "id": new_id(),
                "tenant_id": principal.tenant_id,
                "question_id": question_id,
                "user_id": principal.user_id,
                "question": question,
                "verdict": feedback.verdict.value,
                "comment": feedback.comment,
                "right_answer": right_answer,
                "pages": [{"document_id": str(page.document_id), "page": page.page} for page in pages],
                "sources": sorted(sources),
                "given_at": self._clock.now(),
            }
            repository.insert_feedback(values)
            _record(session, principal, "given", question_id, verdict=feedback.verdict.value)
        return _view(Feedback(**values))

    def get(self, principal: Principal, question_id: UUID) -> FeedbackView:
        """Return the user's newest feedback on an answer. Raises QuestionNotFoundError if there is none to see."""
        with self._database.transaction(principal, snapshot=True) as session:
            found = ConversationRepository(session).find_feedback(question_id, principal.user_id)
            if found is None:
                raise QuestionNotFoundError
            return _view(found)

    def list_feedback(self, principal: Principal, page: PageRequest) -> PageOf[FeedbackView]:
        """List the newest feedback on each answer, newest first, for engineers: that whose documents they may read.

        Raises PermissionRequiredError, InvalidCursorError.
        """
        principal.require(Permission.EVALS_READ)
        before = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            found = ConversationRepository(session).list_feedback(before=before, limit=page.limit + 1)
            shown = [_view(each) for each in found[: page.limit]]
            for each in shown:
                _record(session, principal, "read", each.question_id, feedback=str(each.id))
        more = len(found) > page.limit
        return PageOf(items=shown, next_cursor=encode_cursor(str(shown[-1].id)) if more else None)


def _confirmed(feedback: NewFeedback, view: AnswerView) -> tuple[str, tuple[PageRef, ...]]:
    """Return the right answer and its pages: for an answer that is right, what it says first and cites."""
    if feedback.verdict is not Verdict.RIGHT or not view.claims:
        return feedback.right_answer, feedback.pages
    first = view.claims[0]
    cited = dict.fromkeys(PageRef(span.document_id, span.page_number) for span in first.citations)
    return feedback.right_answer or first.text, feedback.pages or tuple(cited)


def _check_pages(repository: ConversationRepository, pages: Sequence[PageRef]) -> None:
    counts = repository.count_pages({page.document_id for page in pages}) if pages else {}
    if any(page.page > counts.get(page.document_id, 0) for page in pages):
        raise FeedbackPageNotFoundError


def _record(session: Session, principal: Principal, what: str, question_id: UUID, **detail: object) -> None:
    action = f"conversations.feedback.{what}"
    record(session, principal, action, object_type="question", object_id=question_id, detail=detail)


def _view(row: Feedback) -> FeedbackView:
    return FeedbackView(
        id=row.id,
        question_id=row.question_id,
        question=row.question,
        verdict=Verdict(row.verdict),
        comment=row.comment,
        right_answer=row.right_answer,
        pages=tuple(PageRef(UUID(each["document_id"]), each["page"]) for each in row.pages),
        given_at=row.given_at,
    )

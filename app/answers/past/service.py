"""Finds and exports earlier questions of a user, as far as the user may see their answers now."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.errors import QuestionNotFoundError
from app.answers.events import AnswerView
from app.answers.past.repository import PastRepository
from app.answers.reading import read_answers
from app.answers.repository import AnswerRepository
from app.answers.views import build_view
from app.audit.service import record
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database

MOST_WORDS = 12
SCANNED = 500
"""Questions that one request reads."""


class PastService:
    """Reads the earlier questions of the principal."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def search(self, principal: Principal, words: str, page: PageRequest) -> PageOf[AnswerView]:
        """List the questions that have all words in the question or in its answer, newest first, without claims.

        An answer that the user may no longer see is not searched. A page may have fewer questions than its limit
        although the list continues. Raises InvalidCursorError.
        """
        before = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            wanted = words.split()[:MOST_WORDS]
            found, last = PastRepository(session).search(wanted, before=before, limit=page.limit, scanned=SCANNED)
            items = _summaries(session, found)
        return PageOf(items=items, next_cursor=None if last is None else encode_cursor(str(last)))

    def export(self, principal: Principal, question_id: UUID, file_format: str) -> AnswerView:
        """Return a question with its answer, to write it to a file. The export is audited.

        Raises QuestionNotFoundError.
        """
        with self._database.transaction(principal) as session:
            view = read_answers(session, principal, [question_id]).get(question_id)
            if view is None:
                raise QuestionNotFoundError
            documents = {str(span.document_id) for claim in view.shown() for span in claim.citations}
            detail = {"documents": sorted(documents), "format": file_format}
            action = "answers.answer.exported"
            record(session, principal, action, object_type="question", object_id=question_id, detail=detail)
        return view


def _summaries(session: Session, questions: list[UUID]) -> list[AnswerView]:
    repository = AnswerRepository(session)
    rows = {row.id: row for row in repository.list_by_id(questions)}
    answers, notes = repository.find_answers(questions), repository.find_notes(questions)
    return [build_view(rows[each], answers.get(each), notes.get(each)) for each in questions if each in rows]

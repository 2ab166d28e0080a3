"""Read a user's questions with their answers, inside a transaction, and describe what was read."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.events import AnswerView
from app.answers.repository import AnswerRepository
from app.answers.sections import ChosenSections
from app.answers.views import build_view, count_dropped, restore_claims
from app.audit.service import record
from app.core.principal import Principal
from app.retrieval.passages import Passage


def read_answers(session: Session, principal: Principal, question_ids: Sequence[UUID]) -> dict[UUID, AnswerView]:
    """Return the user's questions with their answers, in the transaction of `session`, and record the reads."""
    repository = AnswerRepository(session)
    answers = repository.find_answers(question_ids)
    notes = repository.find_notes(question_ids)
    claims = repository.list_claims(question_ids)
    views: dict[UUID, AnswerView] = {}
    for question_id in question_ids:
        question = repository.find_question(question_id)
        if question is None:
            continue
        record(session, principal, "answers.answer.read", object_type="question", object_id=question_id)
        own = [claim for claim in claims if claim.question_id == question_id]
        shown = restore_claims(own, repository.list_citations(question_id))
        answer = answers.get(question_id)
        views[question_id] = build_view(question, answer, notes.get(question_id), shown, count_dropped(own))
    return views


def record_sources(
    session: Session,
    principal: Principal,
    question_id: UUID,
    passages: Sequence[Passage],
    of_facts: Iterable[UUID],
    sections: ChosenSections | None,
) -> None:
    """Audit what was read for a question, without its text: passages, documents of facts, and a section."""
    documents = {passage.document_id for passage in passages}.union(of_facts)
    record(
        session,
        principal,
        "answers.sources.read",
        object_type="question",
        object_id=question_id,
        detail={
            "documents": sorted(map(str, documents)),
            "passages": [_source_record(passage) for passage in passages],
            **({} if sections is None else {"section": sections.record()}),
        },
    )


def _source_record(passage: Passage) -> dict[str, object]:
    """Describe a passage for the audit log, without its text."""
    return {
        "chunk_id": passage.chunk_id,
        "document_id": str(passage.document_id),
        "version_id": str(passage.version_id),
        "page": passage.page_number,
    }

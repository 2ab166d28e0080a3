"""A question for a summary reads the section itself, under the reader's rights, and the answer says what it covers."""

import asyncio

import pytest
from sqlalchemy import text

from app.answers.events import AnswerDone, AnswerView
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.answers.writing.model_writer import ModelWriter
from app.answers.writing.section_writer import PART, SectionWriter
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.llm.errors import ModelUnavailableError
from app.observability.metrics import Metrics
from tests.answers.conftest import PROSE_PAGE
from tests.answers.lines import find_line

QUESTION = "Summarise liquidity and capital resources"
SENTENCE = "The revolving credit facility matures in March 2027"


@pytest.fixture
def indexed(office) -> None:
    """Index the office's second page, as one section."""
    about = {"document": office.document, "version": office.version}
    office.rows(
        "INSERT INTO indexed_documents (document_id, tenant_id, access_class_id, version_id, chunk_count, layout)"
        " SELECT id, tenant_id, access_class_id, :version, 1, '' FROM documents WHERE id = :document",
        **about,
    )
    office.rows(
        "INSERT INTO chunks (tenant_id, access_class_id, document_id, version_id, ordinal, kind, page_number,"
        " char_start, char_end, heading, table_header, text, section_path, token_count) SELECT tenant_id,"
        " access_class_id, id, :version, 0, 'text', 2, 0, :end, '', '', '', ARRAY['Liquidity and Capital Resources'], 1"
        " FROM documents WHERE id = :document",
        end=len(PROSE_PAGE),
        **about,
    )


@pytest.fixture
def ask(office, indexed, extractive, prompts, stub_chat):
    def run(*, question: str = QUESTION, principal=None, is_down: bool = False) -> AnswerView:
        def behave(request):
            if is_down:
                raise ModelUnavailableError
            number, _ = find_line(request, SENTENCE)
            return {"claims": [{"text": f"{SENTENCE}.", "evidence": [number]}]}

        run.chat = stub_chat(behave)
        run.service = AnswerService(
            database=office.database.api,
            search=office.search,
            drafter=Drafter(
                extractive=extractive,
                model=ModelWriter(chat=run.chat, prompts=prompts),
                sections=SectionWriter(chat=run.chat, prompts=prompts),
            ),
            clock=SystemClock(),
            metrics=Metrics(),
        )

        async def answered():
            return [event async for event in run.service.ask(principal or office.owner, question)][-1]

        last = asyncio.run(answered())
        assert isinstance(last, AnswerDone)
        return last.answer

    return run


def test_answer_summarises_the_section_and_says_so(ask) -> None:
    answer = ask()
    assert [claim.text for claim in answer.claims] == [f"{SENTENCE}."]
    assert answer.notice == "This summary is of “Liquidity and Capital Resources” in Plain Holdings 10-K, page 2."
    assert [request.schema_name for request in ask.chat.requests] == [PART]


def test_audit_log_records_the_pages_that_are_read(ask, office) -> None:
    ask()
    with office.database.owner.transaction(office.owner) as session:
        query = "SELECT detail FROM audit_events WHERE action = 'answers.sources.read'"
        (detail,) = session.scalars(text(query)).all()
    place = {"document_id": str(office.document), "version_id": str(office.version), "pages": [2]}
    assert detail["section"] == place


def test_what_a_summary_is_of_is_hidden_with_its_document(ask, office) -> None:
    answer = ask()
    office.rows(
        "UPDATE answers SET drafted_from = drafted_from || :hidden WHERE question_id = :id",
        hidden=[new_id()],
        id=answer.question_id,
    )
    again = ask.service.get_question(office.owner, answer.question_id)
    assert (again.claims, again.notice) == (answer.claims, None)


def test_section_of_a_document_that_the_reader_may_not_see_is_not_read(ask, office) -> None:
    answer = ask(principal=office.other)
    assert (ask.chat.requests, answer.claims, answer.notice) == ([], (), None)


def test_other_questions_are_answered_from_passages(ask) -> None:
    ask(question="Why did revenue grow?")
    assert [request.schema_name for request in ask.chat.requests] == ["answer"]


def test_built_in_answer_does_not_claim_to_be_a_summary_of_the_section(ask) -> None:
    answer = ask(is_down=True)
    assert answer.degraded == "model-unavailable"
    assert "This summary is of" not in (answer.notice or "")

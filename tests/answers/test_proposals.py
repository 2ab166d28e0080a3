"""A question that the grammar does not understand is answered from an expression that a model proposed."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.answers.computing.proposing import FormulaProposer
from app.answers.events import AnswerDone, AnswerStatus
from app.answers.proposals import ProposedFigures
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.core.clock import SystemClock
from app.observability.metrics import Metrics
from app.retrieval.service import SearchResult
from tests.answers.conftest import NAMED

QUESTION = "How many cents of each dollar of sales did Plain Holdings keep as its profit in 2022?"


@pytest.fixture
def ask(office, extractive, prompts, stub_chat):
    def run(expression: str, question: str = QUESTION, **named):
        class Search:
            prepare = office.search.prepare

            def search_in(self, *args) -> SearchResult:
                found = office.search.search_in(*args)
                return replace(found, understanding=replace(found.understanding, **(named or NAMED)))

        run.chat = stub_chat(lambda request: {"expression": expression})
        service = AnswerService(
            database=office.database.api,
            search=Search(),
            drafter=Drafter(extractive=extractive),
            clock=SystemClock(),
            metrics=Metrics(),
            proposed=ProposedFigures(
                database=office.database.api, proposer=FormulaProposer(chat=run.chat, prompts=prompts)
            ),
        )

        async def answered():
            return [event async for event in service.ask(office.owner, question)][-1]

        last = asyncio.run(answered())
        assert isinstance(last, AnswerDone)
        return last.answer

    return run


def test_answer_says_which_expression_was_understood(ask, office, reported) -> None:
    answer = ask("NetMargin[FY2022]")
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.claims[0].text == "Net margin of Plain Holdings — FY2022: 9.79%"
    assert answer.notice is not None
    assert "A language model read the question as the formula NetMargin[FY2022]." in answer.notice
    assert (answer.model, answer.tokens_in) == ("stub-1", 700)
    (stored,) = office.rows("SELECT drafted_from FROM answers WHERE question_id = :id", id=answer.question_id)
    assert office.document in stored["drafted_from"]


@pytest.mark.parametrize(
    "expression", ["", "0.0979", "NetMargin[FY2019]", "Revenue * 0 + 9", "Goodwill / Revenue[FY2022]"]
)
def test_refused_or_failed_proposal_shows_no_figure_of_the_model(ask, reported, expression) -> None:
    answer = ask(expression)
    assert len(ask.chat.requests) == 1
    assert answer.model is None
    assert answer.tokens_in == 700, "usage is recorded, because the call was paid for"
    assert not any("9.79" in claim.text or "0.09" in claim.text for claim in answer.claims)


def test_documents_whose_parts_and_periods_a_model_reads_are_audited(ask, office, reported) -> None:
    answer = ask("")
    with office.database.owner.transaction(office.owner) as session:
        statement = text("SELECT detail FROM audit_events WHERE action = 'answers.sources.read' AND object_id = :id")
        details = list(session.scalars(statement, {"id": str(answer.question_id)}))
    assert {"documents": [str(office.document)], "passages": []} in details


def test_model_is_not_asked_where_the_grammar_understands(ask, reported) -> None:
    answer = ask("Revenue", "What was Plain Holdings' net income in fiscal 2022?")
    assert answer.claims[0].text == "Net income of Plain Holdings — 2022: $412 million"
    assert ask.chat.requests == []


def test_model_is_not_asked_about_an_issuer_without_facts(ask) -> None:
    ask("NetMargin[FY2022]")
    assert ask.chat.requests == []


def test_proposal_is_computed_in_the_currency_that_the_question_names(ask, reported) -> None:
    answer = ask("NetIncome[FY2022]", "How much did Plain Holdings keep for its owners in 2022, in euros?")
    assert len(ask.chat.requests) == 1
    assert not any("412" in claim.text and "formula" in str(answer.notice) for claim in answer.claims)

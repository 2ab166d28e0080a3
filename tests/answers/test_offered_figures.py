"""A model gets figures of the ledger and computed ones by number. Code fills them in, and shows their arithmetic."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.answers.claims import ClaimPart
from app.answers.computing.offering import find_offered_names
from app.answers.events import AnswerDone, AnswerView
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.answers.writing.model_writer import ModelWriter
from app.core.clock import SystemClock
from app.observability.metrics import Metrics
from app.retrieval.service import SearchResult
from tests.answers.conftest import NAMED
from tests.answers.lines import find_line

QUESTION = "Why did the net margin of Plain Holdings rise in fiscal 2022?"


@pytest.fixture
def ask(office, extractive, prompts, stub_chat, reported):
    """Return a function that asks a question of a model. It writes sentences; `@` is the number of the net margin."""

    def run(*sentences: str, question: str = QUESTION, principal=None) -> AnswerView:
        def search_in(*args) -> SearchResult:
            found = office.search.search_in(*args)
            return replace(found, understanding=replace(found.understanding, **NAMED))

        def behave(request):
            number, run.line = find_line(request, "Net margin of Plain Holdings")
            texts = [each.replace("@", str(number)) for each in sentences]
            return {"claims": [{"text": each, "evidence": [number]} for each in texts]}

        run.chat = stub_chat(behave)
        service = AnswerService(
            database=office.database.api,
            search=SimpleNamespace(prepare=office.search.prepare, search_in=search_in),
            drafter=Drafter(extractive=extractive, model=ModelWriter(chat=run.chat, prompts=prompts)),
            clock=SystemClock(),
            metrics=Metrics(),
        )

        async def answered():
            return [event async for event in service.ask(principal or office.owner, question)][-1]

        last = asyncio.run(answered())
        assert isinstance(last, AnswerDone)
        return last.answer

    return run


def test_prompt_has_the_computed_figure_of_the_period_and_of_the_year_before(ask) -> None:
    ask("The net margin was {@b} in 2022.")
    number = find_line(ask.chat.requests[0], "Net margin of Plain Holdings")[0]
    assert ask.line == f"Net margin of Plain Holdings | FY2021 {{{number}a}}: 9.95% | FY2022 {{{number}b}}: 9.79%"


def test_code_fills_in_a_computed_figure_cites_its_cells_and_shows_its_arithmetic(ask, office) -> None:
    answer = ask("The net margin was {@b} in 2022.")
    first, working = answer.claims
    assert (first.text, first.part, first.subject.period) == (
        "The net margin was 9.79% in 2022.",
        ClaimPart.ANSWER,
        "FY2022",
    )
    assert {"Net income\t$412\t$388", "Net revenue\t$4,210\t$3,900"} <= {span.quote for span in first.citations}
    assert working.part is ClaimPart.SUPPORT
    assert working.text.endswith("= 412 / 4,210 = 9.79% (in USD millions)")
    assert answer.writer == "model"
    (stored,) = office.rows("SELECT drafted_from FROM answers WHERE question_id = :id", id=answer.question_id)
    assert office.document in stored["drafted_from"]


def test_figure_gets_its_period_where_the_sentence_names_another(ask) -> None:
    first, *_ = ask("The net margin fell from {@a} to {@b} in 2022.").claims
    assert first.text == "The net margin fell from 9.95% (FY2021) to 9.79% in 2022."


@pytest.mark.parametrize(
    "sentence",
    [
        "The net margin was {@a} in 2022.",
        "In fiscal 2022 ({@a}) the net margin was lower.",
        "The net margin rose from {@a} to {@b} in 2022.",
        "The net margin was 9.8% in 2022.",
        "The net margin was {@c} in 2022.",
        "The splendid net margin was {@b} in 2022.",
        "The net margin was {@b} in 2022, and the gross margin 41%.",
    ],
    ids=["other-year", "other-year-before", "turned", "typed", "unknown", "unsupported-word", "typed-beside"],
)
def test_sentence_that_says_anything_else_is_dropped(ask, sentence) -> None:
    answer = ask(sentence)
    assert answer.writer == "extractive"
    assert answer.degraded == "nothing-verified"


def test_arithmetic_of_a_dropped_sentence_is_not_shown(ask) -> None:
    answer = ask("Net revenue was high.", "The splendid net margin was {@b} in 2022.")
    assert not any("9.79" in claim.text for claim in answer.shown())


def test_question_that_is_answered_by_a_figure_does_not_call_the_model(ask) -> None:
    answer = ask(question="What was the net margin of Plain Holdings in fiscal 2022?")
    assert answer.claims[0].text == "Net margin of Plain Holdings — FY2022: 9.79%"
    assert ask.chat.requests == []


def test_ledger_of_a_document_that_the_reader_may_not_see_is_not_read(ask, office) -> None:
    answer = ask("The net margin was {@b}.", principal=office.other)
    (stored,) = office.rows("SELECT drafted_from FROM answers WHERE question_id = :id", id=answer.question_id)
    assert (ask.chat.requests, answer.claims, stored["drafted_from"]) == ([], (), [])


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Why did operating margin fall although revenue grew?", ("OperatingMargin", "Revenue")),
        ("How does the company manage its liquidity risk?", ()),
        ("What drove adjusted EBITDA in 2022?", ()),
        ("Why did lamp revenue fall?", ()),
        ("Why did revenue in Europe fall in 2022?", ()),
        ("Why did revenue fall in the Lantern segment?", ()),
        ("Why did income before tax rise?", ("PretaxIncomeLoss",)),
        ("Why did revenue before acquisitions rise?", ()),
        ("What explains the change in total revenue from 2021 to 2022?", ("Revenue",)),
        ("Describe the asset turnover of Northwind Net Income Fund in 2021", ("AssetTurnover",)),
    ],
)
def test_items_and_measures_that_a_question_names_are_found(question, names) -> None:
    assert find_offered_names(question, ["Northwind Net Income Fund"]) == names

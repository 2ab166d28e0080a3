"""Earlier questions: found by words of the question or the answer, and exported, as far as their user may see them."""

import asyncio
import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.answers.claims import ClaimPart
from app.answers.errors import QuestionNotFoundError
from app.answers.past.service import PastService
from app.answers.past.writing import write_csv, write_markdown
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.core.clock import SystemClock
from app.core.pagination import PageRequest
from app.observability.metrics import Metrics

QUESTION = "What was net revenue in fiscal 2022?"
BASE = "https://footnote.invalid"


@pytest.fixture
def asking(office, extractive) -> AnswerService:
    return AnswerService(
        database=office.database.api,
        search=office.search,
        drafter=Drafter(extractive=extractive, model=None),
        clock=SystemClock(),
        metrics=Metrics(),
    )


@pytest.fixture
def past(office) -> PastService:
    return PastService(database=office.database.api)


def found(past, principal, words, **page):
    return [item.question_id for item in past.search(principal, words, PageRequest(**page)).items]


def test_questions_are_found_by_words_of_question_and_answer(asking, past, office, monkeypatch):
    first, second = (asyncio.run(asking.answer(office.owner, each)) for each in (QUESTION, f"{QUESTION} Again?"))
    assert found(past, office.owner, "NET revenue") == [second.question_id, first.question_id]
    assert found(past, office.owner, "again") == [second.question_id]
    (word,) = [word for word in first.claims[0].text.split() if word.strip(".$").replace(",", "").isdigit()][:1]
    assert first.question_id in found(past, office.owner, word)
    assert found(past, office.owner, "turbine") == []
    assert found(past, office.other, "revenue") == []
    monkeypatch.setattr("app.answers.past.service.SCANNED", 1)
    page = past.search(office.owner, "turbine", PageRequest())
    assert (page.items, page.next_cursor is not None) == ([], True)


def test_words_of_an_answer_that_is_withdrawn_find_nothing(asking, past, office, grant):
    close = grant()
    answer = asyncio.run(asking.answer(office.other, QUESTION))
    word = answer.claims[0].text.split()[-1]
    assert found(past, office.other, word) == [answer.question_id]
    close()
    assert found(past, office.other, f"{word} zzz") == []
    assert found(past, office.other, word) == ([answer.question_id] if word in QUESTION else [])
    assert past.export(office.other, answer.question_id, "csv").claims == ()
    with pytest.raises(QuestionNotFoundError):
        past.export(office.owner, answer.question_id, "csv")


def test_files_have_each_source_with_its_quote_and_link(asking, past, office):
    answer = asyncio.run(asking.answer(office.owner, QUESTION))
    view = past.export(office.owner, answer.question_id, "markdown")
    (span, *_) = view.claims[0].citations
    link = f"{BASE}/documents/{span.document_id}/pages/{span.page_number}"
    assert link in write_markdown(view, BASE)
    head, first, *_ = csv.reader(io.StringIO(write_csv(view, BASE)))
    assert dict(zip(head, first, strict=True))["Quote"] == span.quote
    with office.database.owner.transaction(office.owner) as session:
        query = text("SELECT detail FROM audit_events WHERE action = 'answers.answer.exported'")
        (detail,) = session.scalars(query).all()
    assert detail == {"documents": [str(span.document_id)], "format": "markdown"}


def test_texts_of_documents_neither_format_markdown_nor_run_as_formulas(asking, past, office):
    view = past.export(office.owner, asyncio.run(asking.answer(office.owner, QUESTION)).question_id, "csv")
    hostile = '=HYPERLINK("x") [a](b) <i> **c**\nnext | cell'
    claim = replace(view.claims[0], text=hostile, part=ClaimPart.ANSWER)
    changed = replace(view, claims=(claim,))
    assert r"\[a\](b) \<i\> \*\*c\*\* next \| cell" in write_markdown(changed, BASE)
    assert dict(zip(*list(csv.reader(io.StringIO(write_csv(changed, BASE))))[:2], strict=True))["Statement"][0] == "'"

"""Answering on a real database: what is stored, who may read it, and what the audit log records."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.answers.computing.question import FigureQuestion
from app.answers.errors import (
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionNotFoundError,
    QuestionTooLongError,
)
from app.answers.events import AnswerDone, AnswerEvent, AnswerStatus, ClaimDropped, ClaimVerified, SourcesFound
from app.answers.ledgers import read_ledgers
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.answers.writing.model_writer import ModelWriter
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.pagination import InvalidCursorError, PageRequest
from app.facts.model import StatementKind
from app.observability.metrics import Metrics
from app.quantities.periods import Period
from app.retrieval.filters import SearchFilters
from app.tables.service import find_tables_of_pages
from tests.answers.lines import find_line
from tests.facts.made_facts import YEAR, make_fact, write_facts

QUESTION = "What was net revenue in fiscal 2022?"
OPEN_QUESTION = "Why did net income rise in fiscal 2022?"
"""A question that no figure answers: a model drafts the answer."""


@pytest.fixture
def service(office, extractive):
    def build(**parts) -> AnswerService:
        return AnswerService(
            database=office.database.api,
            search=parts.get("search", office.search),
            drafter=Drafter(extractive=extractive, model=parts.get("model")),
            clock=SystemClock(),
            metrics=Metrics(),
        )

    return build


def ask(service: AnswerService, principal, question: str = QUESTION, filters=None) -> Sequence[AnswerEvent]:
    async def run() -> list[AnswerEvent]:
        return [event async for event in service.ask(principal, question, filters)]

    return asyncio.run(run())


def test_events_are_ordered_and_end_with_complete_answer(service, office) -> None:
    first, *claims, last = ask(service(), office.owner)
    assert isinstance(first, SourcesFound)
    assert {passage.document_id for passage in first.passages} == {office.document}
    assert claims
    assert all(isinstance(event, ClaimVerified) for event in claims)
    assert isinstance(last, AnswerDone)
    assert last.answer.status is AnswerStatus.ANSWERED
    assert last.answer.claims == tuple(event.claim for event in claims)
    assert "No language model" in (last.answer.notice or "")


def test_stored_answer_equals_returned_answer(service, office) -> None:
    asking = service()
    filters = SearchFilters(collection_ids=(office.collection,), fiscal_years=(2022,))
    answer = ask(asking, office.owner, filters=filters)[-1].answer
    again = asking.get_question(office.owner, answer.question_id)
    assert replace(again, asked_at=answer.asked_at) == answer
    (question,) = office.rows("SELECT * FROM questions WHERE id = :id", id=answer.question_id)
    assert question["filters"] == {"collection_ids": [str(office.collection)], "fiscal_years": ["2022"]}
    assert question["understanding"].keys() <= {"computed", "lexical", "vector_plan"}
    assert office.notes(answer.question_id)["fiscal_years"] == [2022]
    listed = asking.list_questions(office.owner, PageRequest()).items
    assert [item.question_id for item in listed] == [answer.question_id]


def test_audit_log_records_asking_and_reading_without_text(service, office) -> None:
    asking = service()
    answer = ask(asking, office.owner)[-1].answer
    asking.get_question(office.owner, answer.question_id)
    with office.database.owner.transaction(office.owner) as session:
        found = session.execute(text("SELECT * FROM audit_events WHERE object_type = 'question' ORDER BY id"))
        events = [dict(row) for row in found.mappings()]
    assert [event["action"] for event in events] == [
        "answers.sources.read",
        "answers.question.asked",
        "answers.answer.read",
    ]
    assert {event["object_id"] for event in events} == {str(answer.question_id)}
    assert [event["detail"]["documents"] for event in events[:2]] == [[str(office.document)]] * 2
    assert "revenue" not in str(events[0]["detail"])


def test_statements_of_an_answer_look_its_question_up_by_key(service, office) -> None:
    """Their time must not grow with the questions that the user asked before."""
    answer = ask(service(), office.owner)[-1].answer
    key = f"'{answer.question_id}'"
    row = f"{key}, '{office.owner.tenant_id}'"
    statements = (
        f"SELECT 1 FROM answers WHERE question_id = {key}",
        f"SELECT 1 FROM citations WHERE question_id = {key}",
        f"INSERT INTO claims (question_id, tenant_id, ordinal, text) SELECT {row}, n, '' FROM generate_series(9, 12) n",
    )
    with office.database.api.transaction(office.owner) as session:
        for statement in statements:
            plan = [line.strip() for (line,) in session.execute(text(f"EXPLAIN {statement}"))]
            conditions = [plan[at + 1] for at, line in enumerate(plan) if " on questions q" in line]
            assert conditions, plan
            assert all("id = " in condition for condition in conditions), plan


def test_not_found_answer_is_stored(service, office) -> None:
    answer = ask(service(), office.owner, "Who painted the ceiling?")[-1].answer
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert service().get_question(office.owner, answer.question_id).status is AnswerStatus.NOT_FOUND


def test_answer_from_a_degraded_search_says_what_is_missing(service, office) -> None:
    def search_in(*args):
        return replace(office.search.search_in(*args), degraded="embeddings-unavailable")

    search = SimpleNamespace(prepare=office.search.prepare, search_in=search_in)
    cases = ((QUESTION, AnswerStatus.ANSWERED), ("What is the dividend of Zzyzx?", AnswerStatus.NOT_FOUND))
    for question, status in cases:
        answer = ask(service(search=search), office.owner, question)[-1].answer
        assert (answer.status, answer.degraded) == (status, "embeddings-unavailable")
        assert "passages in other words are missing" in answer.notice
        assert service().get_question(office.owner, answer.question_id) == answer


def test_question_about_issuer_without_documents_is_declined(service, office) -> None:
    asking = service()
    answer = ask(asking, office.owner, "What was Persimmon Holdings' net revenue in fiscal 2022?")[-1].answer
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert answer.notice == "No document that you may see is of Persimmon Holdings."
    assert asking.get_question(office.owner, answer.question_id).notice == answer.notice


def test_midpoint_that_no_page_states_is_declined(service, office) -> None:
    answer = ask(service(), office.owner, "What is the midpoint of the guidance for net revenue?")[-1].answer
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert answer.notice == "The figure cannot be computed: no document states a midpoint."


def test_hidden_pages_are_neither_quoted_nor_listed(service, office) -> None:
    """Search may return a passage just before access to it is revoked, so the service checks access again."""
    first, *_, last = ask(service(), office.other)
    assert isinstance(first, SourcesFound)
    assert first.passages == ()
    answer = last.answer
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())


def test_question_is_visible_to_its_asker_only(service, office, grant) -> None:
    grant()
    answer = ask(service(), office.other)[-1].answer
    assert answer.status is AnswerStatus.ANSWERED
    with pytest.raises(QuestionNotFoundError):
        service().get_question(office.owner, answer.question_id)
    with pytest.raises(QuestionNotFoundError):
        service().get_question(office.owner, uuid4())
    assert service().list_questions(office.owner, PageRequest()).items == []


def test_answer_is_withdrawn_when_source_access_is_revoked(service, office, grant) -> None:
    close = grant()
    asking = service()
    answer = ask(asking, office.other)[-1].answer
    close()
    again = asking.get_question(office.other, answer.question_id)
    assert (again.status, again.claims, again.writer) == (AnswerStatus.WITHDRAWN, (), None)
    (listed,) = asking.list_questions(office.other, PageRequest()).items
    assert listed.status is AnswerStatus.WITHDRAWN


def test_reason_of_declined_answer_is_hidden_with_any_source_of_the_draft(service, office) -> None:
    """The reason can quote figures of documents that no claim cites."""
    asking = service()
    answer = ask(asking, office.owner, "What is the midpoint of the guidance for net revenue?")[-1].answer
    assert asking.get_question(office.owner, answer.question_id).notice == answer.notice
    _hide_source(office, answer.question_id)
    again = asking.get_question(office.owner, answer.question_id)
    assert (again.status, again.notice) == (AnswerStatus.NOT_FOUND, None)
    (listed,) = asking.list_questions(office.owner, PageRequest()).items
    assert listed.notice is None


def test_notes_on_figures_are_hidden_with_any_source_of_the_draft(service, office) -> None:
    asking = service()
    answer = ask(asking, office.owner)[-1].answer
    office.notes(answer.question_id, computed="It was 3 before.")
    assert "It was 3 before." in asking.get_question(office.owner, answer.question_id).notice
    _hide_source(office, answer.question_id)
    again = asking.get_question(office.owner, answer.question_id)
    assert (again.claims, "It was 3 before." in again.notice) == (answer.claims, False)


def _hide_source(office, question_id) -> None:
    office.rows(
        "UPDATE answers SET drafted_from = drafted_from || :hidden WHERE question_id = :id",
        hidden=[new_id()],
        id=question_id,
    )


def test_dropped_claims_are_counted_without_their_text(service, office, prompts, stub_chat) -> None:
    def behave(request):
        number, _ = find_line(request, "Net income")
        good = {"text": f"Net income was {{{number}a}} in 2022.", "evidence": [number]}
        bad = {"text": "Net income was $999\x00 million.", "evidence": [number]}
        lost = {"text": "Secret\x00", "evidence": [999]}
        return {"claims": [good, bad, lost]}

    asking = service(model=ModelWriter(chat=stub_chat(behave), prompts=prompts))
    events = ask(asking, office.owner, OPEN_QUESTION)
    assert [type(event) for event in events] == [SourcesFound, ClaimVerified, ClaimDropped, ClaimDropped, AnswerDone]
    answer = events[-1].answer
    assert (answer.writer, answer.dropped_count(), answer.model, answer.tokens_in) == ("model", 2, "stub-1", 700)
    again = asking.get_question(office.owner, answer.question_id)
    assert [claim.text for claim in again.claims] == ["Net income was $412 million in 2022."]
    assert again.dropped == answer.dropped


def test_dropped_claims_are_hidden_if_any_source_of_the_draft_is_hidden(service, office, prompts, stub_chat) -> None:
    def behave(request):
        number, _ = find_line(request, "Net income")
        good = {"text": f"Net income was {{{number}a}} in 2022.", "evidence": [number]}
        lost = {"text": "Secret", "evidence": [999]}
        return {"claims": [good, lost]}

    asking = service(model=ModelWriter(chat=stub_chat(behave), prompts=prompts))
    answer = ask(asking, office.owner, OPEN_QUESTION)[-1].answer
    texts = text("SELECT text FROM claims WHERE question_id = :id ORDER BY ordinal")
    with office.database.api.transaction(office.owner) as session:
        assert session.scalars(texts, {"id": answer.question_id}).all() == [answer.claims[0].text, "Secret"]
    office.rows(
        "UPDATE answers SET drafted_from = drafted_from || :hidden WHERE question_id = :id",
        hidden=[new_id()],
        id=answer.question_id,
    )
    with office.database.api.transaction(office.owner) as session:
        assert session.scalars(texts, {"id": answer.question_id}).all() == [answer.claims[0].text]
    assert asking.get_question(office.owner, answer.question_id).claims == answer.claims


def test_answer_is_stored_after_client_disconnects(service, office) -> None:
    asking = service()

    async def leave():
        events = asking.ask(office.owner, QUESTION)
        first = await anext(events)
        await events.aclose()
        await asking.finish()
        return first.question_id

    assert asking.get_question(office.owner, asyncio.run(leave())).claims


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", QuestionEmptyError),
        (" \n\t ", QuestionEmptyError),
        ("\u200b", QuestionEmptyError),
        ("x" * 4_001, QuestionTooLongError),
        ("x" * 100_000, QuestionTooLongError),
        ("What\x00?", QuestionInvalidCharactersError),
        ("What\x1b[31m?", QuestionInvalidCharactersError),
        ("What\ud800?", QuestionInvalidCharactersError),
    ],
)
def test_invalid_question_is_rejected_and_not_stored(service, office, text, error) -> None:
    with pytest.raises(error):
        ask(service(), office.owner, text)
    assert office.rows("SELECT id FROM questions") == []


def test_question_of_maximum_length_is_answered(service, office) -> None:
    assert ask(service(), office.owner, "  " + "net revenue " * 333 + "2022\n")[-1].answer.shown()


def test_questions_are_paged_newest_first(service, office) -> None:
    asking = service()
    asked = [ask(asking, office.owner)[-1].answer.question_id for _ in range(3)]
    first = asking.list_questions(office.owner, PageRequest(limit=2))
    second = asking.list_questions(office.owner, PageRequest(limit=2, cursor=first.next_cursor))
    assert [item.question_id for item in (*first.items, *second.items)] == asked[::-1]
    assert second.next_cursor is None
    with pytest.raises(InvalidCursorError):
        asking.list_questions(office.owner, PageRequest(cursor="nonsense"))


@pytest.mark.parametrize("data", [b"", b"FNTB\x01", b"FNTB\x01damaged", b"FNTB\x09" + bytes(20)])
def test_table_that_cannot_be_decoded_does_not_fail_the_answer(service, office, data) -> None:
    office.rows("UPDATE tables SET data = :data WHERE version_id = :version", data=data, version=office.version)
    assert ask(service(), office.owner, "When does the revolving credit facility mature?")[-1].answer.claims


def test_tables_of_a_question_are_limited(office, monkeypatch) -> None:
    keys = [(office.version, 1), (office.version, 2)]

    def found() -> int:
        with office.database.api.transaction(office.owner) as session:
            return len(find_tables_of_pages(session, keys).stored)

    assert found() == 1
    monkeypatch.setattr("app.tables.service._MOST_BYTES", 50)
    assert found() == 0
    monkeypatch.undo()
    office.rows(
        "UPDATE tables SET pages = :pages WHERE version_id = :version",
        pages=list(range(1, 402)),
        version=office.version,
    )
    assert found() == 0


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        (lambda office: SearchFilters(), True),
        (lambda office: SearchFilters(document_ids=(office.document,)), True),
        (lambda office: SearchFilters(document_ids=(uuid4(),)), False),
        (lambda office: SearchFilters(issuers=("Plain Holdings, Inc.",)), True),
        (lambda office: SearchFilters(issuers=("Other Works",)), False),
        (lambda office: SearchFilters(collection_ids=(office.collection,)), False),
    ],
    ids=["none", "its document", "another document", "its issuer", "another issuer", "a collection"],
)
def test_figure_comes_from_the_documents_that_the_question_is_limited_to(office, understand, filters, is_found) -> None:
    office.rows(
        "UPDATE documents SET current_version_id = :version, issuer = 'Plain Holdings', issuer_key = 'plain'"
        " WHERE id = :document",
        version=office.version,
        document=office.document,
    )
    with office.database.owner.transaction(office.owner) as session:
        write_facts(session, office.owner.tenant_id, office.document, office.version, [make_fact()])
    results = read_plain(office, understand, "What was Plain Holdings' revenue in FY2031?", filters(office))
    assert any(result.computed is not None for result in results) is is_found


@pytest.mark.parametrize(("label", "is_found"), [("Bank overdrafts and borrowings", False), ("Trade payables", True)])
def test_total_debt_is_not_computed_beside_a_row_of_debt_without_an_item(office, understand, label, is_found) -> None:
    office.rows(
        "UPDATE documents SET current_version_id = :version, issuer = 'Plain Holdings', issuer_key = 'plain'"
        " WHERE id = :document",
        version=office.version,
        document=office.document,
    )
    balance = {"period": Period(YEAR.end), "statement": StatementKind.BALANCE, "concept": None}
    facts = [
        make_fact("Long-term debt", **balance, item="LongTermDebt"),
        make_fact(label, "80000000", **balance, item=None),
    ]
    with office.database.owner.transaction(office.owner) as session:
        write_facts(session, office.owner.tenant_id, office.document, office.version, facts)
    results = read_plain(office, understand, "What was Plain Holdings' total debt in FY2031?", SearchFilters())
    assert any(result.computed is not None for result in results) is is_found


def test_ledger_has_no_facts_of_documents_that_were_split_off(office, understand) -> None:
    """A document keeps the printed name, and so the key, of the issuer that an editor split it off from."""
    (row,) = office.rows(
        "UPDATE documents SET issuer = 'Plain Holdings', issuer_key = 'plain', current_version_id = :version"
        " WHERE id = :id RETURNING issuer_id",
        version=office.version,
        id=office.document,
    )
    with office.database.owner.transaction(office.owner) as session:
        write_facts(session, office.owner.tenant_id, office.document, office.version, [make_fact()])
    question = "What was Plain Holdings' revenue in FY2031?"
    named = {"issuer_names": ("Plain Holdings",), "issuer_keys": ("plain",), "issuer_forms": (frozenset({"plain"}),)}
    for records, documents in ((row["issuer_id"], {office.document}), (uuid4(), set())):
        understanding = replace(understand(question), **named, issuer_records=frozenset({records}))
        figure = FigureQuestion.of(question, understanding)
        with office.database.api.transaction(office.owner) as session:
            (ledger,) = read_ledgers(session, figure, understanding, SearchFilters())
        assert {source.document_id for source in ledger.documents.values()} == documents


def read_plain(office, understand, question, filters):
    """Compute a question from the ledger of Plain Holdings."""
    named = {"issuer_names": ("Plain Holdings",), "issuer_keys": ("plain",), "issuer_forms": (frozenset({"plain"}),)}
    understanding = replace(understand(question), **named)
    with office.database.api.transaction(office.owner) as session:
        return read_ledgers(session, FigureQuestion.of(question, understanding), understanding, filters)

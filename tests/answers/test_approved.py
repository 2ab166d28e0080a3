"""Answers prefer what an editor approved: at once, with its quote, and only where the question is about it."""

import asyncio

import pytest

from app.answers.approved.matching import match_field
from app.answers.events import AnswerStatus
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.identity.service import TenantAdmin
from app.observability.metrics import Metrics
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage
from app.review.schemas.definition import parse_definition
from tests.answers.conftest import FixedSearch
from tests.review.desk import make_desk

PAGE = (
    "Supply agreement. This agreement is governed by the laws of Ohio. The fee is USD 4,000,000 a year. "
    "Disputes of the parties go to the courts of Nevada. The notes mature on March 15, 2031."
)
DEAL = {
    "title": "Deal",
    "x-document-types": ["agreement"],
    "properties": {
        "governing_law": {"title": "Governing law", "type": "string", "x-field": {"kind": "term"}},
        "maturity_date": {"title": "Maturity date", "type": "string", "format": "date", "x-field": {}},
        "fee": {"title": "Fee", "type": "number", "x-field": {"unit": "USD", "words": ["annual fee"]}},
        "commitments": {
            "title": "Facilities and commitments",
            "type": "array",
            "x-field": {"kind": "table", "words": ["Commitment"]},
        },
        "agreement_date": {"title": "Agreement date", "type": "string", "format": "date", "x-field": {}},
        "guarantors": {"title": "Guarantors", "type": "string", "x-field": {"kind": "text"}},
        "renews": {"title": "Renewal", "type": "boolean", "x-field": {}},
    },
}
LAW = "What law governs the agreement?"
READ = {"governing_law": ("Ohio", 0.8), "fee": ("4,000,000", 0.9), "maturity_date": ("2031-03-15", 0.9)}


def quote(words: str, page: str = PAGE) -> tuple[dict, ...]:
    start = page.index(words)
    return ({"page": 1, "start": start, "end": start + len(words), "quote": words},)


class Deal:
    """A desk with one agreement, and the questions that its people ask about it."""

    def __init__(self, database, extractive) -> None:
        self.desk = make_desk(database)
        self.passages: list[Passage] = []
        self._extractive = extractive
        self._service = None

    def add(self, page: str = PAGE, read: dict | None = None, **about: object):
        """Publish an agreement, and return its task."""
        document = self.desk.publish(page)
        task = self.desk.tasks.create_task(self.desk.ana, document, self.desk.schema(DEAL, "deal"))[0].row
        self.desk.read(task.id, READ if read is None else read)
        place = {"chunk_id": len(self.passages) + 1, "document_id": document, "version_id": task.version_id}
        place |= {"document_title": "Supply deal", "issuer": None, "document_type": "agreement", "period": None}
        place |= {"page_number": 1, "char_start": 0, "char_end": len(page), "heading": "", "table_header": ""}
        place |= {"text": page, "kind": "text", "score": 1.0, "rank": len(self.passages) + 1}
        self.passages.append(Passage(**(place | about)))
        return task.id

    def ask(self, question: str = LAW, by=None, filters=None):
        # One service for all questions of a test: what it keeps must not outlive a decision.
        self._service = self._service or AnswerService(
            database=self.desk.database.api,
            search=FixedSearch(self.passages),
            drafter=Drafter(extractive=self._extractive),
            clock=SystemClock(),
            metrics=Metrics(),
        )
        return asyncio.run(self._service.answer(by or self.desk.ana, question, filters))

    def decide(self, task, key: str, action: str, text: str | None = None, **more):
        return self.desk.decide(self.desk.ana, task, key, action, text, **more)


@pytest.fixture
def deal(shared_database, extractive) -> Deal:
    return Deal(shared_database, extractive)


def test_approved_value_answers_at_once_with_its_quote(deal) -> None:
    task = deal.add()
    before = deal.ask()
    assert "approved" not in (before.notice or "")
    deal.decide(task, "governing_law", "approve", evidence=quote("laws of Ohio"))
    answer = deal.ask()
    assert answer.status is AnswerStatus.ANSWERED
    assert [(claim.text, claim.citations[0].quote) for claim in answer.claims] == [
        ("Governing law: Ohio", "laws of Ohio")
    ]
    today = SystemClock().now()
    assert answer.notice == f"The value is approved by an editor on {today.day} {today:%B %Y}."
    deal.decide(task, "governing_law", "correct", "Nevada", evidence=quote("courts of Nevada"))
    assert deal.ask().claims[0].text == "Governing law: Nevada"
    deal.decide(task, "governing_law", "undo")
    assert deal.ask().claims[0].text == "Governing law: Ohio"
    assert deal.ask(by=deal.desk.reader).claims[0].text == "Governing law: Ohio"


def test_value_that_its_quote_does_not_state_is_not_put_beside_it(deal) -> None:
    task = deal.add()
    deal.decide(task, "governing_law", "correct", "Utah", evidence=quote("laws of Ohio"))
    answer = deal.ask()
    assert "Utah" not in answer.claims[0].text
    assert "Governing law is approved by an editor" in answer.notice
    assert answer.notice.endswith(": Utah.")


def test_typed_value_is_cited_where_the_page_states_it(deal) -> None:
    task = deal.add()
    deal.decide(task, "maturity_date", "correct", "15 March 2031")
    answer = deal.ask("When do the notes mature?")
    assert (answer.claims[0].text, answer.claims[0].citations[0].quote) == (
        "Maturity date: 15 March 2031",
        "March 15, 2031",
    )
    deal.decide(task, "governing_law", "correct", "Utah")
    answer = deal.ask()
    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.claims == ()
    assert ": Utah. No quote" in answer.notice


def test_approved_absence_declines(deal) -> None:
    task = deal.add()
    deal.decide(task, "guarantors", "absent")
    answer = deal.ask("Who are the guarantors of the notes?")
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert answer.notice.startswith("Supply deal does not have “Guarantors”: approved by an editor on ")


def test_value_that_waits_for_its_checker_does_not_answer(deal) -> None:
    task = deal.add()
    deal.decide(task, "governing_law", "reject")
    assert "approved" not in (deal.ask().notice or "")
    assert "approved" not in (deal.ask("What is the fee?").notice or "")


def test_value_of_another_document_does_not_answer(deal) -> None:
    first = deal.add()
    deal.decide(first, "governing_law", "approve", evidence=quote("laws of Ohio"))
    assert deal.ask().claims[0].text == "Governing law: Ohio"
    deal.add(PAGE.replace("Ohio", "Texas"), document_title="Other deal")
    assert "approved" not in (deal.ask().notice or ""), "nobody says which agreement is meant"
    only = SearchFilters(document_ids=(deal.passages[0].document_id,))
    assert deal.ask(filters=only).notice.startswith("The value is approved")
    deal.passages.reverse()
    assert "approved" not in (deal.ask(filters=only).notice or ""), "another agreement fits the question better"


def test_nobody_else_sees_an_approved_value(deal) -> None:
    task = deal.add()
    deal.decide(task, "governing_law", "approve", evidence=quote("laws of Ohio"))
    admin = TenantAdmin(owner=deal.desk.database.owner, clock=SystemClock())
    user, _ = admin.create_user(deal.desk.tenant, email="o@example.com", name="Other", roles=[Role.ANALYST])
    answer = deal.ask(by=Principal(deal.desk.tenant, user))
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert "Ohio" not in str(answer.notice)


FIELDS = parse_definition("deal", DEAL)


@pytest.mark.parametrize(
    ("question", "key", "left"),
    [
        (LAW, "governing_law", set()),
        ("Which state's law governs?", "governing_law", set()),
        ("What is the governing law of the supply deal?", "governing_law", set()),
        ("When do the notes mature?", "maturity_date", set()),
        ("What is the maturity date of the notes?", "maturity_date", set()),
        ("How much is the annual fee?", "fee", set()),
        ("What is the revolving commitment?", "commitments", {"revolv"}),
        ("When was the agreement dated?", "agreement_date", set()),
        ("What is the agreement date?", "agreement_date", set()),
        ("What is the agreement about?", None, set()),
        ("Why does Ohio law govern the agreement?", None, set()),
        ("When is the fee due?", None, set()),
        ("How is the fee computed?", None, set()),
        ("Does the law govern the agreement?", None, set()),
        ("Is there a renewal?", "renews", set()),
        ("What law governs disputes on employment?", None, set()),
        ("How did the maturity change?", None, set()),
    ],
)
def test_question_asks_for_a_field_only_in_its_words(question: str, key: str | None, left: set[str]) -> None:
    about = ("agreement", "Supply deal")
    found = {spec.key: match for spec in FIELDS.fields if (match := match_field(question, spec, about))}
    assert {name: set(match.left) for name, match in found.items()} == ({} if key is None else {key: left})


def test_value_that_was_read_with_certainty_answers_and_says_that_nobody_approved_it(deal) -> None:
    task = deal.add(read={**READ, "governing_law": ("Ohio", 0.9, quote("laws of Ohio"))})
    answer = deal.ask()
    assert [(claim.text, claim.citations[0].quote) for claim in answer.claims] == [
        ("Governing law: Ohio", "laws of Ohio")
    ]
    assert answer.notice == "The value is read from the document with 90 % certainty; no editor has approved it yet."
    deal.decide(task, "governing_law", "reject")
    assert "Governing law: Ohio" not in [claim.text for claim in deal.ask().claims]


def test_value_that_was_read_with_doubt_is_not_given(deal) -> None:
    deal.add(read={**READ, "governing_law": ("Ohio", 0.8, quote("laws of Ohio"))})
    assert "Governing law: Ohio" not in [claim.text for claim in deal.ask().claims]


def test_document_that_is_named_by_its_title_is_asked(deal) -> None:
    quotes = quote("laws of Ohio")
    deal.add(read={**READ, "governing_law": ("Ohio", 0.9, quotes)}, document_title="Gas transport deal")
    deal.add(read={**READ, "governing_law": ("Ohio", 0.9, quotes)}, document_title="Tool supply deal")
    (claim,) = deal.ask("What law governs the gas transport deal?").claims
    assert claim.text == "Governing law: Ohio"
    assert claim.citations[0].document_title == "Gas transport deal"
    assert "Governing law: Ohio" not in [claim.text for claim in deal.ask("What law governs the deal?").claims]

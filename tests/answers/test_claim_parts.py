"""The parts of an answer: the first claim answers, and related evidence stands apart; each claim has its subject."""

import asyncio
from dataclasses import replace

import pytest

from app.answers.claims import ClaimPart, DraftClaim, Subject, WriterScore, cite
from app.answers.events import AnswerDone, AnswerStatus, ClaimVerified
from app.answers.evidence_tables import EvidenceTables
from app.answers.service import AnswerService
from app.answers.verification.claim_subjects import find_subject
from app.answers.writing.drafting import Drafter, verify_draft
from app.core.clock import SystemClock
from app.observability.metrics import Metrics
from tests.answers.conftest import PROSE_PAGE


@pytest.fixture
def ask(office, extractive):
    service = AnswerService(
        database=office.database.api,
        search=office.search,
        drafter=Drafter(extractive=extractive),
        clock=SystemClock(),
        metrics=Metrics(),
    )

    async def events(question):
        return [event async for event in service.ask(office.owner, question)]

    return lambda question: (service, asyncio.run(events(question)))


def test_first_claim_answers_and_names_issuer_and_period(ask) -> None:
    _, events = ask("What was net revenue in fiscal 2022?")
    first = events[-1].answer.claims[0]
    assert (first.part, first.subject) == (ClaimPart.ANSWER, Subject("Plain Holdings", "FY2022"))
    assert "$4,210" in first.text


def test_supporting_claims_follow_the_answer(ask) -> None:
    _, events = ask("What was the gross margin in fiscal 2022?")
    answer = events[-1].answer
    assert [claim.part for claim in answer.claims[:2]] == [ClaimPart.ANSWER, ClaimPart.SUPPORT]
    assert all(claim.part is not ClaimPart.RELATED for claim in answer.claims)
    assert {claim.subject.issuer for claim in answer.claims} == {"Plain Holdings"}


def test_declined_answer_shows_nearest_evidence_apart(ask, office) -> None:
    service, events = ask("What was the ratio of net revenue to inventories in fiscal 2022?")
    answer = events[-1].answer
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert answer.related
    assert {claim.part for claim in answer.related} == {ClaimPart.RELATED}
    assert [event.claim for event in events if isinstance(event, ClaimVerified)] == list(answer.related)
    assert isinstance(events[-1], AnswerDone)
    again = service.get_question(office.owner, answer.question_id)
    assert replace(again, asked_at=answer.asked_at) == answer


def test_question_about_unseen_issuer_shows_no_evidence_of_others(ask) -> None:
    _, events = ask("What was Persimmon Holdings' net revenue in fiscal 2022?")
    assert events[-1].answer.shown() == ()


def quoted(library, text: str, *, period: str | None = None) -> DraftClaim:
    passage = library.passages[1]
    start = PROSE_PAGE.index(text)
    return DraftClaim(text, (cite(passage, PROSE_PAGE, start, start + len(text)),), period=period)


@pytest.mark.parametrize(("period", "shown"), [(None, "FY2021"), ("June 30, 2022", "June 30, 2022"), ("FY2019", None)])
def test_period_of_a_claim_needs_its_year_in_the_sources(library, period, shown) -> None:
    claim = quoted(library, "As of June 30, 2022, we had $350 million undrawn under it.", period=period)
    subjects = {library.passages[1].version_id: Subject("Plain Holdings", "FY2021")}
    assert find_subject(claim, subjects, EvidenceTables.none()) == Subject("Plain Holdings", shown)


def test_claim_of_two_issuers_names_both(library) -> None:
    other = library.add(PROSE_PAGE, number=3)
    claim = quoted(library, "Our head office is in a leased building.")
    claim = replace(claim, citations=(*claim.citations, cite(other, PROSE_PAGE, 0, 10)))
    subjects = {library.passages[1].version_id: Subject("Plain Holdings"), other.version_id: Subject("Tarnwick")}
    assert find_subject(claim, subjects, library.tables).issuer == "Plain Holdings and Tarnwick"


def test_claims_without_a_shown_answer_are_evidence(library, extractive, understand) -> None:
    question = "When does the revolving credit facility mature?"
    draft = extractive.write(understand(question), library.passages, library.pages, library.tables)
    assert isinstance(draft.score, WriterScore)
    best = replace(draft.claims[0], text="Persimmons ripen in Quebec.")
    rest = quoted(library, "Our head office is in a leased building.")
    verified = verify_draft(
        replace(draft, claims=(best, rest)), library.pages, library.tables, frozenset({question}), {}
    )
    assert [claim.part for claim in verified.shown] == [ClaimPart.RELATED]
    assert not verified.answers()

"""Claims of a model are sent as soon as they are verified, and no sooner than they are audited."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from app.answers.claims import Writer
from app.answers.events import AnswerDone, AnswerStatus, ClaimVerified, SourcesFound
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.answers.writing.model_writer import ModelWriter
from app.core.clock import SystemClock
from app.identity.errors import UnauthenticatedError
from app.llm.errors import ModelUnavailableError
from app.llm.port import ChatRequest
from app.observability.metrics import Metrics
from tests.answers.lines import find_line

QUESTION = "Why did net income rise in fiscal 2022?"


class Model:
    """A model that writes a claim, waits until it is told to go on, and writes another or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.go_on = asyncio.Event()

    async def __call__(self, request: ChatRequest) -> AsyncIterator[object]:
        number, _ = find_line(request, "Net income")
        yield {"text": f"Net income was {{{number}a}} in 2022.", "evidence": [number]}
        await self.go_on.wait()
        if self.fails:
            raise ModelUnavailableError
        yield {"text": f"Net income was {{{number}b}} in 2021.", "evidence": [number]}


@pytest.fixture
def asking(office, extractive, prompts, stub_chat):
    def build(model: Model) -> AnswerService:
        writer = ModelWriter(chat=stub_chat(model), prompts=prompts)
        return AnswerService(
            database=office.database.api,
            search=office.search,
            drafter=Drafter(extractive=extractive, model=writer),
            clock=SystemClock(),
            metrics=Metrics(),
        )

    return build


def actions(office) -> list[str]:
    with office.database.owner.transaction(office.owner) as session:
        query = "SELECT action FROM audit_events WHERE object_type = 'question' ORDER BY id"
        return list(session.scalars(text(query)))


def test_first_claim_is_sent_and_audited_while_the_model_still_writes(asking, office) -> None:
    async def run():
        model = Model()
        events = asking(model).ask(office.owner, QUESTION)
        sources, first = await anext(events), await anext(events)
        assert isinstance(sources, SourcesFound)
        assert isinstance(first, ClaimVerified)
        assert (first.is_early, first.claim.text) == (True, "Net income was $412 million in 2022.")
        assert await asyncio.to_thread(actions, office) == ["answers.sources.read", "answers.claim.sent"]
        model.go_on.set()
        return first, [event async for event in events]

    first, rest = asyncio.run(run())
    assert [type(event) for event in rest] == [ClaimVerified, AnswerDone]
    assert rest[-1].answer.claims == (first.claim, rest[0].claim)
    assert actions(office) == [
        "answers.sources.read",
        "answers.claim.sent",
        "answers.claim.sent",
        "answers.question.asked",
    ]


def test_claims_that_were_sent_stay_in_the_answer_of_a_model_that_fails(asking, office) -> None:
    async def run():
        model = Model(fails=True)
        service = asking(model)
        events = service.ask(office.owner, QUESTION)
        await anext(events)
        first = await anext(events)
        model.go_on.set()
        *_, last = [event async for event in events]
        return first.claim, last.answer, service.get_question(office.owner, last.answer.question_id)

    first, answer, stored = asyncio.run(run())
    assert (answer.claims, answer.writer, answer.degraded) == ((first,), Writer.MODEL, "model-unavailable")
    assert stored.claims == answer.claims


def test_claim_with_a_source_that_was_hidden_meanwhile_is_not_sent(asking, office, grant) -> None:
    async def run():
        close = await asyncio.to_thread(grant)
        closed = asyncio.Event()

        async def authorise():
            await closed.wait()  # the claim is verified, and waits to be sent
            return office.other

        model = Model()
        events = asking(model).ask(office.other, QUESTION, authorise=authorise)
        await anext(events)
        await asyncio.to_thread(close)
        closed.set()
        model.go_on.set()
        return [event async for event in events]

    (last,) = asyncio.run(run())
    assert (last.answer.status, last.answer.claims) == (AnswerStatus.WITHDRAWN, ())


def test_nothing_is_sent_or_stored_after_the_callers_right_ended(asking, office) -> None:
    async def refuse():
        raise UnauthenticatedError

    async def run():
        model = Model()
        events = asking(model).ask(office.owner, QUESTION, authorise=refuse)
        await anext(events)
        with pytest.raises(UnauthenticatedError):
            await anext(events)

    asyncio.run(run())
    assert actions(office) == ["answers.sources.read"]
    assert office.rows("SELECT * FROM questions") == []

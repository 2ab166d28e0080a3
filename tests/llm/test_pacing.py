"""A model that serves one request at a time is asked only what it can answer in time."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.errors import ModelUnavailableError
from app.llm.pacing import CHARACTERS_PER_TOKEN, READS, Pace, PacedChat
from app.llm.port import ChatMessage, ChatRequest, ChatResponse, Purpose, TokenUsage


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Chat:
    """A chat model that takes `seconds` of the clock for each request."""

    model = "m"

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.asked = 0

    async def complete(self, request: ChatRequest) -> ChatResponse:
        self.asked += 1
        self.clock.now += min(self.seconds, request.timeout_seconds)
        if self.seconds > request.timeout_seconds:
            raise ModelUnavailableError
        tokens = int(sum(len(message.content) for message in request.messages) / CHARACTERS_PER_TOKEN)
        return ChatResponse(text="x", model="m", purpose=request.purpose, usage=TokenUsage(tokens, 0))

    async def close(self) -> None:
        pass


def ask(characters: int, *, output: int = 0, seconds: float = 30.0) -> ChatRequest:
    return ChatRequest((ChatMessage("user", "x" * characters),), Purpose.ANSWER, output, seconds)


def tokens(count: float) -> int:
    return int(count * CHARACTERS_PER_TOKEN)


def test_request_beyond_the_time_limit_is_declined_at_once() -> None:
    clock = Clock()
    chat = Chat(clock, 1.0)
    with pytest.raises(ModelUnavailableError, match="needs about 40 s for this, and has 30 s"):
        asyncio.run(PacedChat(chat, pace=Pace(clock=clock), clock=clock).complete(ask(tokens(40 * READS))))
    assert chat.asked == 0
    assert clock.now == 0.0


def test_waiting_requests_count() -> None:
    pace = Pace(clock=Clock())
    alone = pace.count_characters(output_tokens=0, seconds=30)
    with pace.reserve(ask(tokens(10 * READS))):
        assert pace.count_characters(output_tokens=0, seconds=30) == pytest.approx(alone - tokens(10 * READS), abs=5)
        with pytest.raises(ModelUnavailableError), pace.reserve(ask(tokens(25 * READS))):
            pass
    assert pace.count_characters(output_tokens=0, seconds=30) == alone


def test_slow_answers_leave_room_for_less_until_they_are_forgotten() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    usual = pace.count_characters(output_tokens=0, seconds=30)
    chat = PacedChat(Chat(clock, 29.0), pace=pace, clock=clock)
    asyncio.run(chat.complete(ask(tokens(10 * READS))))
    slow = pace.count_characters(output_tokens=0, seconds=30)
    clock.now += 600
    assert slow < 0.8 * usual
    assert pace.count_characters(output_tokens=0, seconds=30) > 0.99 * usual


def test_fast_model_gets_longer_prompts() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    usual = pace.count_characters(output_tokens=0, seconds=30)
    chat = PacedChat(Chat(clock, 0.1), pace=pace, clock=clock)
    asyncio.run(chat.complete(ask(tokens(10 * READS))))
    assert pace.count_characters(output_tokens=0, seconds=30) > 10 * usual


def test_request_without_an_answer_in_time_slows_the_pace() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    usual = pace.count_characters(output_tokens=0, seconds=30)
    with pytest.raises(ModelUnavailableError):
        asyncio.run(PacedChat(Chat(clock, 99.0), pace=pace, clock=clock).complete(ask(tokens(20 * READS))))
    assert pace.count_characters(output_tokens=0, seconds=30) < 0.7 * usual


def test_trial_measures_the_model_once_a_minute() -> None:
    clock = Clock()
    pace, chat = Pace(clock=clock), Chat(clock, 2.4)
    PacedChat(chat, pace=pace, clock=clock)
    usual = pace.count_characters(output_tokens=0, seconds=30)
    for _ in range(2):
        asyncio.run(pace.refresh())
    assert chat.asked == 1
    assert pace.count_characters(output_tokens=0, seconds=30) == pytest.approx(usual / 2, rel=0.05)
    clock.now += 61
    asyncio.run(pace.refresh())
    assert chat.asked == 2


def test_no_trial_is_made_while_a_request_waits() -> None:
    clock = Clock()
    pace, chat = Pace(clock=clock), Chat(clock, 1.0)
    PacedChat(chat, pace=pace, clock=clock)
    with pace.reserve(ask(30)):
        asyncio.run(pace.refresh())
    assert chat.asked == 0


def test_usual_model_can_read_a_passage_within_the_usual_time() -> None:
    pace = Pace(clock=Clock())
    output = pace.count_output(most=800, seconds=30)
    assert output >= 100
    assert pace.count_characters(output_tokens=output, seconds=30) > 4_000


@given(st.integers(0, 800), st.floats(0, 120, allow_nan=False))
def test_prompt_of_the_counted_room_is_never_declined(most: int, seconds: float) -> None:
    pace = Pace(clock=Clock())
    output = pace.count_output(most=most, seconds=seconds)
    room = pace.count_characters(output_tokens=output, seconds=seconds)
    assert 0 <= output <= most
    if room:
        with pace.reserve(ask(room, output=output, seconds=seconds)):
            pass

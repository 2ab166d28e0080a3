"""A model response is replayed only if it was recorded."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from app.llm.port import ChatMessage, ChatRequest, ChatResponse, Purpose, TokenUsage
from evals.environment.cassettes import CassetteMissingError, Cassettes, RecordedChat, cassette_key


def asked(content="Revenue?", **changes):
    request = ChatRequest(
        messages=(ChatMessage("user", content),), purpose=Purpose.ANSWER, max_output_tokens=10, timeout_seconds=5
    )
    return replace(request, **changes)


class CountingChat:
    """Implements `ChatModel`. Each response contains the number of requests so far."""

    model = "m"

    def __init__(self):
        self.asked = 0
        self.closed = False

    async def complete(self, request):
        self.asked += 1
        usage = TokenUsage(3, 2, Decimal("0.01"))
        text = f"said {self.asked}"
        return ChatResponse(text=text, model="m-2024", purpose=request.purpose, usage=usage, parsed={"claims": []})

    async def close(self):
        self.closed = True


def test_live_response_is_replayed_without_the_model(tmp_path):
    model, cassettes = CountingChat(), Cassettes((tmp_path,))
    said = asyncio.run(RecordedChat(model="m", cassettes=cassettes, live=model).complete(asked()))
    heard = asyncio.run(RecordedChat(model="m", cassettes=cassettes).complete(asked()))
    assert heard == said
    assert model.asked == 1


def test_missing_recording_is_reported(tmp_path):
    with pytest.raises(CassetteMissingError, match="--live"):
        asyncio.run(RecordedChat(model="m", cassettes=Cassettes((tmp_path,))).complete(asked()))


def test_corrupt_recording_counts_as_missing(tmp_path):
    (tmp_path / f"{cassette_key('m', asked())}.json").write_text("{")
    with pytest.raises(CassetteMissingError):
        asyncio.run(RecordedChat(model="m", cassettes=Cassettes((tmp_path,))).complete(asked()))


def test_live_run_calls_the_model_again_and_replaces_the_recording(tmp_path):
    chat = RecordedChat(model="m", cassettes=Cassettes((tmp_path,)), live=CountingChat())
    assert [asyncio.run(chat.complete(asked())).text for _ in range(2)] == ["said 1", "said 2"]


def test_same_response_may_be_recorded_by_several_threads_at_once(tmp_path):
    cassettes, together = Cassettes((tmp_path,)), threading.Barrier(8)
    response = asyncio.run(CountingChat().complete(asked()))

    def record(_):
        together.wait()
        for _ in range(20):
            cassettes.keep("key", response)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(8)))
    assert cassettes.find("key", Purpose.ANSWER) == response
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]


def test_random_boundary_is_not_part_of_the_key():
    first = asked("<<data 0123456789ab 1>>\nx\n<<end 0123456789ab>>")
    second = asked("<<data ba9876543210 1>>\nx\n<<end ba9876543210>>")
    assert cassette_key("m", first) == cassette_key("m", second)


def test_all_other_content_is_part_of_the_key():
    keys = [
        cassette_key("m", asked()),
        cassette_key("n", asked()),
        cassette_key("m", asked("Debt?")),
        cassette_key("m", asked(max_output_tokens=11)),
        cassette_key("m", asked(temperature=0.5)),
        cassette_key("m", asked(seed=7)),
        cassette_key("m", asked(schema={"type": "object"})),
    ]
    assert len(set(keys)) == len(keys)


def test_closing_closes_the_model(tmp_path):
    model = CountingChat()
    asyncio.run(RecordedChat(model="m", cassettes=Cassettes((tmp_path,)), live=model).close())
    assert model.closed

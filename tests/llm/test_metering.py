"""Each model call is counted once, with its outcome."""

import asyncio
from decimal import Decimal

import numpy as np
import pytest

from app.llm.errors import ModelUnavailableError
from app.llm.metering import MeteredChat, MeteredEmbedder
from app.llm.port import ChatMessage, ChatRequest, ChatResponse, EmbeddingSpaceSpec, Purpose, TokenUsage

REQUEST = ChatRequest(
    messages=(ChatMessage("user", "?"),), purpose=Purpose.ANSWER, max_output_tokens=10, timeout_seconds=5
)


class Meter:
    def __init__(self):
        self.calls = []

    def record_model_call(self, **call):
        assert call.pop("seconds") >= 0
        self.calls.append(call)


class Chat:
    """A chat model that responds, raises or hangs, depending on its arguments."""

    model = "m"

    def __init__(self, error=None, hang=False):
        self.error, self.hang = error, hang

    async def complete(self, request):
        if self.hang:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        return ChatResponse(text="x", model="m", purpose=request.purpose, usage=TokenUsage(7, 3, Decimal("0.02")))

    async def close(self):
        pass


class Embedder:
    space = EmbeddingSpaceSpec("e", 2, "1")

    def embed_documents(self, texts):
        return np.zeros((len(texts), 2), np.float32)

    def embed_query(self, text):
        raise ModelUnavailableError


def test_successful_call_is_counted_with_tokens_and_cost():
    meter = Meter()
    asyncio.run(MeteredChat(Chat(), meter=meter).complete(REQUEST))
    assert meter.calls == [
        {
            "purpose": "answer",
            "model": "m",
            "outcome": "ok",
            "input_tokens": 7,
            "output_tokens": 3,
            "cost_usd": Decimal("0.02"),
        }
    ]


@pytest.mark.parametrize(
    ("error", "outcome"), [(ModelUnavailableError(), ModelUnavailableError.code), (ZeroDivisionError(), "defect")]
)
def test_failed_call_is_counted_by_its_error_code(error, outcome):
    meter = Meter()
    with pytest.raises(type(error)):
        asyncio.run(MeteredChat(Chat(error), meter=meter).complete(REQUEST))
    assert [(call["outcome"], call["input_tokens"]) for call in meter.calls] == [(outcome, 0)]


def test_aborted_call_is_counted_as_cancelled():
    meter = Meter()

    async def abort():
        async with asyncio.timeout(0.01):
            await MeteredChat(Chat(hang=True), meter=meter).complete(REQUEST)

    with pytest.raises(TimeoutError):
        asyncio.run(abort())
    assert [call["outcome"] for call in meter.calls] == ["cancelled"]


def test_embedding_calls_are_counted_by_purpose():
    meter = Meter()
    embedder = MeteredEmbedder(Embedder(), meter=meter)
    embedder.embed_documents(["a"])
    with pytest.raises(ModelUnavailableError):
        embedder.embed_query("a")
    assert [(call["purpose"], call["outcome"]) for call in meter.calls] == [
        ("embed-documents", "ok"),
        ("embed-query", ModelUnavailableError.code),
    ]

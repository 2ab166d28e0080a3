"""Metering: records the number, duration, tokens and cost of model calls by purpose."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.core.errors import FootnoteError
from app.llm.port import ChatModel, ChatRequest, ChatResponse, Embedder, EmbeddingSpaceSpec, TokenUsage, Vectors

OK = "ok"
CANCELLED = "cancelled"
DEFECT = "defect"


class Meter(Protocol):
    """Counts calls; implemented by `app.observability.metrics.Metrics`."""

    def record_model_call(
        self,
        *,
        purpose: str,
        model: str,
        outcome: str,
        seconds: float,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cost_usd: Decimal = Decimal(0),
    ) -> None: ...


class _Call:
    """One call in progress. The caller sets `usage` when the model's response contains it."""

    def __init__(self) -> None:
        self.usage = TokenUsage()


@contextmanager
def _metered(meter: Meter, *, purpose: str, model: str) -> Iterator[_Call]:
    call, began, outcome = _Call(), time.perf_counter(), CANCELLED
    try:
        yield call
        outcome = OK
    except FootnoteError as error:
        outcome = error.code
        raise
    except Exception:
        outcome = DEFECT
        raise
    finally:
        meter.record_model_call(
            purpose=purpose,
            model=model,
            outcome=outcome,
            seconds=time.perf_counter() - began,
            input_tokens=call.usage.tokens_in,
            output_tokens=call.usage.tokens_out,
            cost_usd=call.usage.cost_usd or Decimal(0),
        )


class MeteredChat:
    """Implements `ChatModel`: it delegates to another model and counts the calls."""

    def __init__(self, chat: ChatModel, *, meter: Meter) -> None:
        self._chat = chat
        self._meter = meter

    @property
    def model(self) -> str:
        return self._chat.model

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Return the response. Raises the errors of the inner model."""
        with _metered(self._meter, purpose=request.purpose.value, model=self._chat.model) as call:
            response = await self._chat.complete(request)
            call.usage = response.usage
            return response

    async def close(self) -> None:
        await self._chat.close()


class MeteredEmbedder:
    """Implements `Embedder`: it delegates to another embedder and counts the calls, but not their tokens."""

    def __init__(self, embedder: Embedder, *, meter: Meter) -> None:
        self._embedder = embedder
        self._meter = meter

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return self._embedder.space

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of passages. Raises the errors of the inner embedder."""
        with _metered(self._meter, purpose="embed-documents", model=self.space.model):
            return self._embedder.embed_documents(texts)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """Return the vector of a question. Raises the errors of the inner embedder."""
        with _metered(self._meter, purpose="embed-query", model=self.space.model):
            return self._embedder.embed_query(text)

"""The two ports to models, `Embedder` and `ChatModel`. Features use only these ports; the composition root chooses the
implementations.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbeddingSpaceSpec:
    """An embedding space. Only vectors of the same space (model, dimensions, version) are comparable."""

    model: str
    dimensions: int
    version: str


class Embedder(Protocol):
    """Converts texts to unit vectors of one space. It is thread-safe."""

    @property
    def space(self) -> EmbeddingSpaceSpec:
        """Return the space of this embedder's vectors."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of passages: float32 (n, dimensions), rows of length 1 (0 for a text without tokens).

        Raises ModelUnavailableError when the model cannot be reached.
        """

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question: float32 (dimensions,), of length 1 (or 0). Raises ModelUnavailableError."""


class Purpose(StrEnum):
    """Purpose of a model call; costs are reported per purpose."""

    ANSWER = "answer"
    EXTRACTION = "extraction"
    EVALUATION = "evaluation"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. `system` contains instructions, `user` a question and fenced data, `assistant` a response."""

    role: Literal["system", "user", "assistant"]
    content: str


OnText = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """The request of one call. With a `schema` (a JSON Schema of an object), it requests structured output.

    `timeout_seconds` is the limit for the whole call, including retries. `on_text` is awaited with each part of the
    text as it arrives, or with the whole text by a model that does not stream.
    """

    messages: Sequence[ChatMessage]
    purpose: Purpose
    max_output_tokens: int
    timeout_seconds: float
    schema: Mapping[str, Any] | None = None
    schema_name: str = "output"
    temperature: float = 0.0
    seed: int = 0
    on_text: OnText | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """The number of tokens of calls, and their cost in US dollars (None if the model's price is unknown)."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal | None = None

    def __add__(self, other: Self) -> Self:
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        tokens_in, tokens_out = self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out
        return replace(
            self, tokens_in=tokens_in, tokens_out=tokens_out, cost_usd=sum(costs, Decimal(0)) if costs else None
        )


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """The model's response. If a schema was requested, `parsed` is the JSON object. Its content is untrusted."""

    text: str
    model: str
    purpose: Purpose
    usage: TokenUsage
    parsed: Mapping[str, Any] | None = None
    truncated: bool = False


class ChatModel(Protocol):
    """A chat model."""

    @property
    def model(self) -> str:
        """Return the model's name, as recorded with each answer."""

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Return one response.

        Raises ModelUnavailableError if the model is down, slow or rejects the request, and ModelNonsenseError if the
        response is not the requested JSON.
        """

    async def close(self) -> None:
        """Release connections."""

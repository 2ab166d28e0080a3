"""The two ports to models. Features speak only to these; which model answers is the composition root's choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbeddingSpaceSpec:
    """What makes vectors comparable: two texts are compared only inside one (model, dimensions, version)."""

    model: str
    dimensions: int
    version: str


class Embedder(Protocol):
    """Turns texts into unit vectors of one space. Safe to call from several threads."""

    @property
    def space(self) -> EmbeddingSpaceSpec:
        """The space that this embedder's vectors lie in."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages: float32 (n, dimensions), rows of length 1 (of length 0 for a text without a token).

        Raises ModelUnavailableError when the model can't be reached.
        """

    def embed_query(self, text: str) -> Vectors:
        """The vector of a question: float32 (dimensions,), of length 1 (or 0). Raises as `embed_documents`."""


class Purpose(StrEnum):
    """What a call to a model was for: costs are told apart by it."""

    ANSWER = "answer"
    EXTRACTION = "extraction"
    EVALUATION = "evaluation"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message: `system` instructs, `user` asks and carries fenced data, `assistant` is the model's own."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call. `schema` (JSON Schema, an object at the root) asks for structured output.

    `timeout_seconds` is for the whole call, retries included.
    """

    messages: Sequence[ChatMessage]
    purpose: Purpose
    max_output_tokens: int
    timeout_seconds: float
    schema: Mapping[str, Any] | None = None
    schema_name: str = "output"
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one call, and its price in US dollars (None: no price is known for the model)."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """What the model wrote. `parsed` is the JSON object when a schema was asked for; nothing in it is to be trusted."""

    text: str
    model: str
    purpose: Purpose
    usage: TokenUsage
    parsed: Mapping[str, Any] | None = None
    truncated: bool = False


class ChatModel(Protocol):
    """A model that answers messages."""

    @property
    def model(self) -> str:
        """The model's name, as recorded with each answer."""

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """One answer.

        Raises ModelUnavailableError (down, slow, refusing) and ModelNonsenseError (not the JSON that was asked for).
        """

    async def close(self) -> None:
        """Release connections."""

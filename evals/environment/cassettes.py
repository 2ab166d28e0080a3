"""Cassettes: what a model said, kept by what it was asked, so that suites with models run again offline and the same.

The key is a digest of the model, its parameters and the prompt. Prompts fence documents with a word that is new each
time (`app.llm.prompts`); that word is left out of the key.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import FootnoteError
from app.llm.port import ChatModel, ChatRequest, ChatResponse, Purpose, TokenUsage
from evals.environment.context import SuiteContext
from evals.environment.provenance import ROOT

COMMITTED = ROOT / "evals" / "cassettes"
"""Recordings that everybody has; a run's own come before them."""

_BOUNDARY = re.compile(r"<<data ([0-9a-f]{12}) ")


class CassetteMissingError(FootnoteError):
    """Not one of the models' errors: no writer may take a silent cassette for a model that is down."""

    code = "cassette-missing"
    title = "What the model says to this was never recorded: run the suite with --live to record it."


class _Recording(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    text: str
    parsed: dict[str, Any] | None = None
    truncated: bool = False
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cassettes:
    """Recordings, a file each: read from the first of `folders` that has one, written to the first."""

    folders: Sequence[Path]

    def find(self, key: str, purpose: Purpose) -> ChatResponse | None:
        """What was recorded under the key. A file that can't be read counts as none."""
        for folder in self.folders:
            path = folder / f"{key}.json"
            if not path.is_file():
                continue
            try:
                return _response(_Recording.model_validate_json(path.read_text()), purpose)
            except ValidationError:
                continue
        return None

    def keep(self, key: str, response: ChatResponse) -> None:
        recording = _Recording(
            model=response.model,
            text=response.text,
            parsed=None if response.parsed is None else dict(response.parsed),
            truncated=response.truncated,
            **asdict(response.usage),
        )
        folder = self.folders[0]
        folder.mkdir(parents=True, exist_ok=True)
        # Two threads may ask the same at once (a case that is repeated): each writes a file of its own.
        part = folder / f"{key}.{uuid4().hex}.part"
        part.write_text(recording.model_dump_json(indent=1) + "\n")
        part.replace(folder / f"{key}.json")


def cassettes_of(context: SuiteContext) -> Cassettes:
    """What a run hears and where it records."""
    return Cassettes((context.cassettes, COMMITTED))


def _response(recording: _Recording, purpose: Purpose) -> ChatResponse:
    return ChatResponse(
        text=recording.text,
        model=recording.model,
        purpose=purpose,
        usage=TokenUsage(recording.tokens_in, recording.tokens_out, recording.cost_usd),
        parsed=recording.parsed,
        truncated=recording.truncated,
    )


class RecordedChat:
    """Implements `ChatModel`: hears what was recorded; with `live` asks that model instead, and records it."""

    def __init__(self, *, model: str, cassettes: Cassettes, live: ChatModel | None = None) -> None:
        self._model = model
        self._cassettes = cassettes
        self._live = live

    @property
    def model(self) -> str:
        return self._model

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Raises CassetteMissingError without a live model, and what the live model raises."""
        key = cassette_key(self._model, request)
        if self._live is not None:
            response = await self._live.complete(request)
            self._cassettes.keep(key, response)
            return response
        found = self._cassettes.find(key, request.purpose)
        if found is None:
            raise CassetteMissingError
        return found

    async def close(self) -> None:
        if self._live is not None:
            await self._live.close()


def cassette_key(model: str, request: ChatRequest) -> str:
    """SHA-256 (hex) of everything that decides what a model says, but for the fences' random words."""
    asked = {
        "model": model,
        "messages": [[message.role, message.content] for message in request.messages],
        "schema": request.schema,
        "max_output_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
    }
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    for boundary in sorted(set(_BOUNDARY.findall(text))):
        text = text.replace(boundary, "boundary")
    return hashlib.sha256(text.encode()).hexdigest()

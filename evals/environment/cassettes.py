"""Cassettes are recorded model responses by request. With them, suites that use models can be repeated offline.

The key is a digest of the model, its parameters and the prompt. Prompts enclose documents in random boundary words
(`app.llm.prompts`), which the key ignores.
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
"""The committed recordings; a run's own recordings take precedence."""

_BOUNDARY = re.compile(r"<<data ([0-9a-f]{12}) ")


class CassetteMissingError(FootnoteError):
    """No response is recorded for the request. Unlike for a model outage, no other writer drafts the answer."""

    code = "cassette-missing"
    title = "The model's response to this request was never recorded: run the suite with --live to record it."


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
    """Recorded responses, one file each.

    A response is read from the first of `folders` that contains its key. New responses are written to `folders[0]`.
    """

    folders: Sequence[Path]

    def find(self, key: str, purpose: Purpose) -> ChatResponse | None:
        """Return the recording with the key. An unreadable file counts as missing."""
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
        # Two threads may record the same request at once (a repeated case), so each writes its own temporary file.
        part = folder / f"{key}.{uuid4().hex}.part"
        part.write_text(recording.model_dump_json(indent=1) + "\n")
        part.replace(folder / f"{key}.json")


def cassettes_of(context: SuiteContext) -> Cassettes:
    """Return the run's own recordings and the committed recordings. New responses are added to the run's own."""
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
    """Implements `ChatModel`. It replays recordings, or calls the model `live` and records its responses."""

    def __init__(self, *, model: str, cassettes: Cassettes, live: ChatModel | None = None) -> None:
        self._model = model
        self._cassettes = cassettes
        self._live = live

    @property
    def model(self) -> str:
        return self._model

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Return a response. Raises CassetteMissingError without a live model, and the live model's errors."""
        key = cassette_key(self._model, request)
        if self._live is not None:
            response = await self._live.complete(request)
            self._cassettes.keep(key, response)
            return response
        found = self._cassettes.find(key, request.purpose)
        if found is None:
            raise CassetteMissingError
        if request.on_text is not None:
            await request.on_text(found.text)
        return found

    async def close(self) -> None:
        if self._live is not None:
            await self._live.close()


def cassette_key(model: str, request: ChatRequest) -> str:
    """Return the SHA-256 (hex) of everything that affects the response, except the random boundary words."""
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

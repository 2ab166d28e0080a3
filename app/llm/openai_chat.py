"""Chat through any OpenAI-compatible `/chat/completions`, with structured output if the endpoint supports it."""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import httpx2
import openai
import structlog
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.openai_errors import unavailable
from app.llm.port import ChatRequest, ChatResponse, OnText, TokenUsage
from app.llm.prices import TokenPrice

_log = structlog.get_logger(__name__)

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_MAX_DIALECTS = 6


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The request parameters that an endpoint accepts.

    The first request uses the defaults. When the endpoint rejects a parameter, that parameter changes.
    """

    output: Literal["json_schema", "json_object", "plain"] = "json_schema"
    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    sampling: bool = True
    counts_streamed: bool = True  # whether a stream may be asked for its token counts


@dataclass(frozen=True, slots=True)
class _Reply:
    """The text of a completion (unchecked), why it ended, and its token counts."""

    text: object
    reason: str | None
    usage: CompletionUsage | None

    @classmethod
    def of(cls, completion: object) -> "_Reply":
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            return cls(None, None, None)
        choice = completion.choices[0]
        return cls(choice.message.content, choice.finish_reason, completion.usage)


class OpenAIChatModel:
    """Implements `ChatModel`.

    `price` is None when costs are not known. If the endpoint rejects a parameter (structured output, `max_tokens` or
    temperature), the request is sent again with another parameter or without it. All later requests are sent in the
    same way. After a transient error, a request is repeated up to `max_retries` times. The request's time limit covers
    all attempts.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        price: TokenPrice | None = None,
        max_retries: int = 1,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key, max_retries=max_retries, http_client=http_client
        )
        self._model = model
        self._price = price
        self._dialect = _Dialect()

    @property
    def model(self) -> str:
        return self._model

    async def close(self) -> None:
        await self._client.close()

    async def complete(self, request: ChatRequest) -> ChatResponse:
        started = time.monotonic()
        try:
            async with asyncio.timeout(request.timeout_seconds):
                reply = await self._ask(request)
        except TimeoutError as error:
            raise ModelUnavailableError("The language model did not respond in time: try again shortly.") from error
        except openai.OpenAIError as error:
            raise unavailable(error) from error
        except ValueError as error:  # the body is not JSON
            raise ModelNonsenseError from error
        response = self._read(reply, request)
        _log.info(
            "model.answered",
            model=response.model,
            purpose=request.purpose.value,
            tokens_in=response.usage.tokens_in,
            tokens_out=response.usage.tokens_out,
            seconds=round(time.monotonic() - started, 3),
        )
        return response

    async def _ask(self, request: ChatRequest) -> _Reply:
        """Send the request. If the endpoint rejects a parameter, change the dialect and send the request again."""
        for _ in range(_MAX_DIALECTS):
            dialect = self._dialect
            try:
                if request.on_text is not None:
                    return await self._stream(request, request.on_text, dialect)
                completion: ChatCompletion = await self._client.chat.completions.create(
                    **_arguments(request, self._model, dialect)
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                lower = _lowered(dialect, error)
                if lower == dialect:
                    raise
                self._dialect = lower
            else:
                return _Reply.of(completion)
        raise ModelUnavailableError("The model endpoint rejects the request: check that it is OpenAI-compatible.")

    async def _stream(self, request: ChatRequest, on_text: OnText, dialect: _Dialect) -> _Reply:
        """Pass the text on as it arrives, and return the whole reply."""
        arguments = _arguments(request, self._model, dialect) | {"stream": True}
        if dialect.counts_streamed:
            arguments["stream_options"] = {"include_usage": True}
        stream: openai.AsyncStream[ChatCompletionChunk] = await self._client.chat.completions.create(**arguments)
        parts: list[str] = []
        reason: str | None = None
        usage: CompletionUsage | None = None
        async with stream:
            async for chunk in stream:
                usage = chunk.usage or usage
                for choice in chunk.choices[:1]:
                    reason = choice.finish_reason or reason
                    if choice.delta.content:
                        parts.append(choice.delta.content)
                        await on_text(choice.delta.content)
        return _Reply("".join(parts), reason, usage)

    def _read(self, reply: _Reply, request: ChatRequest) -> ChatResponse:
        text = reply.text
        if not isinstance(text, str) or not text.strip():
            raise ModelNonsenseError("The language model's response contains no text.")
        return ChatResponse(
            text=text,
            model=self._model,
            purpose=request.purpose,
            usage=self._count(reply.usage),
            parsed=None if request.schema is None else parse_object(text),
            truncated=reply.reason == "length",
        )

    def _count(self, usage: CompletionUsage | None) -> TokenUsage:
        if usage is None:
            return TokenUsage()
        tokens_in, tokens_out = usage.prompt_tokens, usage.completion_tokens
        cost = self._price.cost(tokens_in=tokens_in, tokens_out=tokens_out) if self._price else None
        return TokenUsage(tokens_in=tokens_in, tokens_out=tokens_out, cost_usd=cost)


def parse_object(text: str) -> Mapping[str, Any]:
    """Return the JSON object in a model's text: the whole text, the content of a code fence, or else the first object.

    Numbers with a point become `Decimal`. Raises ModelNonsenseError.
    """
    candidates = [text.strip(), *(match.strip() for match in _FENCED.findall(text)), text[max(text.find("{"), 0) :]]
    decoder = json.JSONDecoder(parse_float=Decimal)
    for candidate in candidates:
        try:
            value, _ = decoder.raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    raise ModelNonsenseError("The language model's response is not the requested JSON object.")


def _arguments(request: ChatRequest, model: str, dialect: _Dialect) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        dialect.limit_name: request.max_output_tokens,
        "timeout": request.timeout_seconds,
    }
    if dialect.sampling:
        arguments |= {"temperature": request.temperature, "seed": request.seed}
    if request.schema is not None and dialect.output == "json_schema":
        arguments["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": request.schema_name, "strict": True, "schema": dict(request.schema)},
        }
    elif request.schema is not None and dialect.output == "json_object":
        arguments["response_format"] = {"type": "json_object"}
    return arguments


def _lowered(dialect: _Dialect, error: openai.APIStatusError) -> _Dialect:
    """Return a dialect without the rejected parameter; the same dialect if the error has another cause."""
    message = f"{error.message} {error.body}".lower()
    if "max_completion_tokens" in message and dialect.limit_name == "max_tokens":
        return replace(dialect, limit_name="max_completion_tokens")
    if "stream_options" in message and dialect.counts_streamed:
        return replace(dialect, counts_streamed=False)
    if any(word in message for word in ("temperature", "seed")) and dialect.sampling:
        return replace(dialect, sampling=False)
    if any(word in message for word in ("response_format", "json_schema", "json_object", "schema", "grammar")):
        if dialect.output == "json_schema":
            return replace(dialect, output="json_object")
        return replace(dialect, output="plain")
    return dialect

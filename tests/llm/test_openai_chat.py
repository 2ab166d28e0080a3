"""Chat over the OpenAI protocol, with a mock transport as the endpoint."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.openai_chat import OpenAIChatModel, parse_object
from app.llm.port import ChatMessage, ChatRequest, ChatResponse, Purpose
from app.llm.prices import TokenPrice

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
Handler = (
    Callable[[httpx2.Request], httpx2.Response] | Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]]
)


def ask(handler: Handler, *, calls: int = 1, **changes: Any) -> ChatResponse:
    """Send the request `calls` times with one client; return the last response."""
    options: dict[str, Any] = {"schema": SCHEMA, "timeout_seconds": 60.0, **changes}
    request = ChatRequest(
        messages=[ChatMessage(role="user", content="?")], purpose=Purpose.ANSWER, max_output_tokens=9, **options
    )

    async def run() -> ChatResponse:
        model = OpenAIChatModel(
            base_url="http://model.test/v1",
            api_key="none",
            model="m",
            price=TokenPrice(price_in=Decimal(2), price_out=Decimal(10)),
            max_retries=0,
            http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(handler)),
        )
        try:
            for _ in range(calls - 1):
                await model.complete(request)
            return await model.complete(request)
        finally:
            await model.close()

    return asyncio.run(run())


def completion(text: str | None, finish: str = "stop") -> httpx2.Response:
    message = {"role": "assistant", "content": text}
    return httpx2.Response(
        200,
        json={
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m-2026",
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010},
        },
    )


def test_response_is_parsed_counted_and_priced() -> None:
    response = ask(lambda request: completion('{"a": 1, "b": 0.1}'))
    assert response.parsed == {"a": 1, "b": Decimal("0.1")}
    assert (response.usage.tokens_in, response.usage.tokens_out) == (1000, 10)
    assert response.usage.cost_usd == Decimal("0.0021")
    assert response.purpose is Purpose.ANSWER


@pytest.mark.parametrize(
    "text", ['```json\n{"a": 1}\n```', 'Here you are: {"a": 1} I hope it helps', ' {"a": 1}\n', '```\n{"a": 1}```']
)
def test_object_in_surrounding_text_is_found(text: str) -> None:
    assert parse_object(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", "no", "[1]", '{"a": ', "[" * 100_000, '{"a":' * 100_000, '"{}"x'])
def test_text_without_an_object_raises_nonsense_error(text: str) -> None:
    if text == '"{}"x':
        assert parse_object(text) == {}  # the inner braces are an empty object, which is harmless
        return
    with pytest.raises(ModelNonsenseError):
        parse_object(text)


@pytest.mark.parametrize("text", [None, "", "  ", "words"])
def test_response_without_the_object_raises_nonsense_error(text: str | None) -> None:
    with pytest.raises(ModelNonsenseError):
        ask(lambda request: completion(text))


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"choices": []}', b"null"])
def test_malformed_response_body_raises_a_model_error(body: bytes) -> None:
    with pytest.raises((ModelNonsenseError, ModelUnavailableError)):
        ask(lambda request: httpx2.Response(200, content=body, headers={"content-type": "application/json"}))


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_endpoint_error_is_unavailable_and_hides_its_message(status: int) -> None:
    with pytest.raises(ModelUnavailableError) as caught:
        ask(lambda request: httpx2.Response(status, json={"error": {"message": "inside information"}}))
    assert "inside" not in caught.value.detail


def test_slow_endpoint_is_abandoned_at_the_time_limit() -> None:
    async def handler(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(ModelUnavailableError, match="in time"):
        ask(handler, timeout_seconds=0.05)


def test_rejected_structured_output_is_not_requested_again() -> None:
    forms: list[str | None] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        forms.append(body.get("response_format", {}).get("type"))
        if forms[-1]:
            return httpx2.Response(400, json={"error": {"message": "response_format is not supported"}})
        return completion('{"a": 1}')

    assert ask(handler, calls=2).parsed == {"a": 1}
    assert forms == ["json_schema", "json_object", None, None]


def test_rejected_parameters_are_replaced_or_omitted() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if "max_tokens" in body:
            return httpx2.Response(400, json={"error": {"message": "use max_completion_tokens instead of max_tokens"}})
        if "temperature" in body:
            return httpx2.Response(400, json={"error": {"message": "temperature does not support 0"}})
        return completion('{"a": 1}')

    assert ask(handler).parsed == {"a": 1}


def test_without_schema_the_response_is_plain_text() -> None:
    response = ask(lambda request: completion("words", finish="length"), schema=None)
    assert (response.text, response.parsed, response.truncated) == ("words", None, True)


def streamed(*parts: str, usage: bool = True) -> httpx2.Response:
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"content": part}, "finish_reason": None}]} for part in parts
    ]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage:
        chunks.append({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}})
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    lines = [f"data: {json.dumps(common | chunk)}\n\n" for chunk in chunks]
    return httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, text="".join([*lines, "data: [DONE]\n\n"])
    )


def listen(handler: Handler) -> tuple[ChatResponse, list[str]]:
    heard: list[str] = []

    async def hear(text: str) -> None:
        heard.append(text)

    return ask(handler, on_text=hear), heard


def test_streamed_text_is_passed_on_as_it_arrives_and_counted() -> None:
    response, heard = listen(lambda request: streamed('{"a"', ": 1}"))
    assert heard == ['{"a"', ": 1}"]
    assert response.parsed == {"a": 1}
    assert response.usage.tokens_in == 1000
    assert not response.truncated


def test_endpoint_that_counts_no_streamed_tokens_still_answers() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        if b"stream_options" in request.content:
            return httpx2.Response(400, json={"error": {"message": "unknown field stream_options"}})
        return streamed('{"a": 1}', usage=False)

    response, heard = listen(handler)
    assert (response.parsed, heard, response.usage.tokens_in) == ({"a": 1}, ['{"a": 1}'], 0)


def test_stream_that_breaks_off_is_unavailable() -> None:
    async def broken() -> Any:
        yield b'data: {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}\n\n'
        raise httpx2.ReadError("gone")

    with pytest.raises(ModelUnavailableError):
        listen(lambda request: httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=broken()))

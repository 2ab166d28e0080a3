"""Embeddings over the OpenAI protocol, with a mock transport as the endpoint."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import numpy as np
import pytest

from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.openai_embedder import OpenAIEmbedder

Handler = Callable[[httpx2.Request], httpx2.Response]


def embedder(handler: Handler, **options: Any) -> OpenAIEmbedder:
    return OpenAIEmbedder(
        base_url="http://model.test/v1",
        api_key="none",
        model="m",
        dimensions=2,
        http_client=httpx2.Client(transport=httpx2.MockTransport(handler)),
        **options,
    )


def answer(vectors: list[list[float]], order: list[int] | None = None) -> httpx2.Response:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return httpx2.Response(
        200,
        json={
            "object": "list",
            "model": "m",
            "data": [data[index] for index in order or range(len(data))],
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        },
    )


def inputs(request: httpx2.Request) -> list[str]:
    texts: list[str] = json.loads(request.content)["input"]
    return texts


def test_vectors_are_returned_in_order_and_normalised() -> None:
    model = embedder(lambda request: answer([[3.0, 4.0], [0.0, 2.0]], order=[1, 0]))
    assert np.allclose(model.embed_documents(["a", "b"]), [[0.6, 0.8], [0.0, 1.0]])


def test_batches_respect_the_limits_of_count_and_tokens() -> None:
    seen: list[list[str]] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(inputs(request))
        return answer([[1.0, 0.0]] * len(seen[-1]))

    model = embedder(handler, batch_inputs=3, batch_tokens=12)
    texts = ["one", "two", "three", "four", "word " * 10, "five", "six"]
    assert model.embed_documents(texts).shape == (7, 2)
    assert [text for batch in seen for text in batch] == texts
    assert [len(batch) for batch in seen] == [3, 2, 2]


def test_long_text_is_cut_and_blank_text_is_not_sent() -> None:
    seen: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.extend(inputs(request))
        return answer([[1.0, 0.0]])

    vectors = embedder(handler).embed_documents(["word " * 20_000, "  "])
    assert len(seen) == 1
    assert len(seen[0]) < 50_000
    assert vectors.tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_rate_limit_is_retried_after_the_endpoints_delay() -> None:
    answers = [httpx2.Response(429, headers={"retry-after-ms": "1"}, json={}), answer([[1.0, 0.0]])]
    model = embedder(lambda request: answers.pop(0))
    assert model.embed_documents(["a"]).tolist() == [[1.0, 0.0]]
    assert not answers


@pytest.mark.parametrize("failure", [429, 500, httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow")])
def test_vector_of_a_question_is_requested_once_and_with_a_short_limit(failure: Any) -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        if isinstance(failure, int):
            return httpx2.Response(failure, headers={"retry-after": "90"}, json={})
        raise failure

    with pytest.raises(ModelUnavailableError) as caught:
        embedder(handler, query_seconds=0.5).embed_query("a")
    assert [request.extensions["timeout"] for request in seen] == [
        dict.fromkeys(("connect", "read", "write", "pool"), 0.5)
    ]
    assert caught.value.retry_after == (90 if isinstance(failure, int) else None)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_rejecting_endpoint_is_unavailable_and_hides_its_message(status: int) -> None:
    model = embedder(lambda request: httpx2.Response(status, json={"error": {"message": "secret"}}), max_retries=0)
    with pytest.raises(ModelUnavailableError) as caught:
        model.embed_query("a")
    assert "secret" not in caught.value.detail


def test_unreachable_endpoint_is_unavailable() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    with pytest.raises(ModelUnavailableError):
        embedder(handler, max_retries=0).embed_query("a")


@pytest.mark.parametrize("vectors", [[[1.0, 0.0, 0.0]], [], [[1.0, 0.0], [1.0, 0.0]]])
def test_wrong_number_or_length_of_vectors_is_rejected(vectors: list[list[float]]) -> None:
    with pytest.raises(ModelNonsenseError):
        embedder(lambda request: answer(vectors), max_retries=0).embed_query("a")


def test_dimensions_are_requested_only_if_enabled() -> None:
    bodies: list[dict[str, Any]] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        bodies.append(json.loads(request.content))
        return answer([[1.0, 0.0]])

    embedder(handler).embed_query("a")
    embedder(handler, send_dimensions=True).embed_query("a")
    assert "dimensions" not in bodies[0]
    assert bodies[1]["dimensions"] == 2

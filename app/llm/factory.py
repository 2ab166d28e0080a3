"""Builds the models that the settings name. A client is imported only if used, because its import takes a second."""

from decimal import Decimal
from functools import lru_cache

from app.llm.port import ChatModel, Embedder, EmbeddingSpaceSpec
from app.llm.prices import TokenPrice
from app.llm.query_limits import LimitedEmbedder
from app.llm.wordllama_embedder import WordLlamaEmbedder


def build_embedder(
    *, base_url: str | None, api_key: str, space: EmbeddingSpaceSpec, send_dimensions: bool, query_seconds: float
) -> Embedder:
    """Return the embedder of the given endpoint, or the built-in embedder if no endpoint is given. The vector of a
    question may take `query_seconds`.
    """
    if base_url is None:
        return load_built_in_embedder()
    from app.llm.openai_embedder import OpenAIEmbedder  # noqa: PLC0415

    embedder = OpenAIEmbedder(
        base_url=base_url,
        api_key=api_key,
        model=space.model,
        dimensions=space.dimensions,
        version=space.version,
        send_dimensions=send_dimensions,
        query_seconds=query_seconds,
    )
    return LimitedEmbedder(embedder, query_seconds=query_seconds)


@lru_cache(maxsize=1)
def load_built_in_embedder() -> WordLlamaEmbedder:
    """Return the built-in embedder. It is loaded once per process, and processes forked afterwards share its memory."""
    return WordLlamaEmbedder()


def build_chat(
    *, base_url: str | None, api_key: str, model: str, price_in: Decimal, price_out: Decimal
) -> ChatModel | None:
    """Return the chat model of an endpoint; None without an endpoint. Prices are in US dollars per million tokens."""
    if base_url is None:
        return None
    from app.llm.openai_chat import OpenAIChatModel  # noqa: PLC0415

    price = TokenPrice(price_in=price_in, price_out=price_out) if price_in or price_out else None
    return OpenAIChatModel(base_url=base_url, api_key=api_key, model=model, price=price)

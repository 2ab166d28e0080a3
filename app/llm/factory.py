"""Builds the models from plain arguments; the composition roots call it with what the settings say."""

from decimal import Decimal

from app.llm.openai_chat import OpenAIChatModel
from app.llm.openai_embedder import OpenAIEmbedder
from app.llm.port import ChatModel, Embedder
from app.llm.prices import TokenPrice
from app.llm.wordllama_embedder import WordLlamaEmbedder


def build_embedder(*, base_url: str | None, api_key: str, model: str, dimensions: int) -> Embedder:
    """The built-in embeddings, or those of the endpoint that is given."""
    if base_url is None:
        return WordLlamaEmbedder()
    return OpenAIEmbedder(base_url=base_url, api_key=api_key, model=model, dimensions=dimensions)


def build_chat(
    *, base_url: str | None, api_key: str, model: str, price_in: Decimal, price_out: Decimal
) -> ChatModel | None:
    """The chat model of an endpoint; None without one. Prices are US dollars a million tokens."""
    if base_url is None:
        return None
    price = TokenPrice(price_in=price_in, price_out=price_out) if price_in or price_out else None
    return OpenAIChatModel(base_url=base_url, api_key=api_key, model=model, price=price)

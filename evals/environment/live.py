"""Models called for real by suites: each call with a client of its own, as every case has an event loop of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from pydantic import SecretStr

from app.llm.factory import build_chat
from app.llm.port import ChatModel, ChatRequest, ChatResponse


@dataclass(frozen=True, slots=True)
class LiveChat:
    """Implements `ChatModel`. A client's connections belong to the event loop that opened them, so none is kept."""

    model: str
    build: Callable[[], ChatModel]

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Raises what the endpoint's client raises."""
        chat = self.build()
        try:
            return await chat.complete(request)
        finally:
            await chat.close()

    async def close(self) -> None:
        """Nothing is kept open."""


def build_live(
    *, base_url: str | None, api_key: SecretStr, model: str, price_in: Decimal, price_out: Decimal
) -> ChatModel | None:
    """The model of an endpoint; None without one. Prices are US dollars a million tokens."""

    def build() -> ChatModel:
        chat = build_chat(
            base_url=base_url,
            api_key=api_key.get_secret_value(),
            model=model,
            price_in=price_in,
            price_out=price_out,
        )
        assert chat is not None, "there is an endpoint"
        return chat

    return None if base_url is None else LiveChat(model, build)

"""Live models for suites: each call has its own client, because every case runs in its own event loop."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from pydantic import SecretStr

from app.llm.factory import build_chat
from app.llm.port import ChatModel, ChatRequest, ChatResponse


@dataclass(frozen=True, slots=True)
class LiveChat:
    """Implements `ChatModel`. A client's connections belong to one event loop, so each call builds a new client."""

    model: str
    build: Callable[[], ChatModel]

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Call the model. Raises the errors of the endpoint's client."""
        chat = self.build()
        try:
            return await chat.complete(request)
        finally:
            await chat.close()

    async def close(self) -> None:
        """Do nothing: no connection stays open."""


def build_live(
    *, base_url: str | None, api_key: SecretStr, model: str, price_in: Decimal, price_out: Decimal
) -> ChatModel | None:
    """Return the model at `base_url`, or None if that is None. Prices are US dollars per million tokens."""

    def build() -> ChatModel:
        chat = build_chat(
            base_url=base_url,
            api_key=api_key.get_secret_value(),
            model=model,
            price_in=price_in,
            price_out=price_out,
        )
        assert chat is not None, "the endpoint was checked before"
        return chat

    return None if base_url is None else LiveChat(model, build)

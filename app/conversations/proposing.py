"""Let a model complete a follow-up that the rules do not understand. What it proposes is checked and shown."""

import asyncio

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.conversations.following.proposed import ModelContext
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import ChatModel, ChatRequest, Purpose
from app.llm.prompts import FencedText, PromptLibrary, fence, new_boundary

PROMPT_NAME = "follow-up"
_MOST_TOKENS = 150


class _Proposed(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    question: str = Field(max_length=2_000)


class FollowUpProposer:
    """Asks a chat model once for a complete question. `timeout_seconds` limits the call: a user waits for it."""

    def __init__(self, *, chat: ChatModel, prompts: PromptLibrary, timeout_seconds: float = 5.0) -> None:
        self._chat = chat
        self._prompts = prompts
        self._timeout_seconds = timeout_seconds

    async def propose(self, context: ModelContext) -> str | None:
        """Return the proposed question, unchecked; None if the model fails, is slow or proposes none."""
        prompt = self._prompts.get_prompt(PROMPT_NAME)
        texts = {
            "conversation": context.conversation(),
            "names": "\n".join(context.names) or "none",
            "follow_up": context.follow_up,
        }
        boundary = new_boundary(texts.values())
        fenced = {name: fence([FencedText(name, text)], boundary=boundary) for name, text in texts.items()}
        request = ChatRequest(
            messages=prompt.render({"boundary": boundary, **fenced}),
            purpose=Purpose.ANSWER,
            max_output_tokens=_MOST_TOKENS,
            timeout_seconds=self._timeout_seconds,
            schema=prompt.output_schema,
            schema_name=PROMPT_NAME,
        )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._chat.complete(request)
            return _Proposed.model_validate(response.parsed).question.strip() or None
        except (TimeoutError, ModelUnavailableError, ModelNonsenseError, ValidationError):
            return None

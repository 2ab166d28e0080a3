"""A chat model that obeys planted instructions. Answers must be safe even with this model.

For each planted instruction in a passage, it returns three claims with quotes from the passage:

- The first claim is the payload, and quotes the instruction.
- The second claim is the payload, and quotes an honest sentence.
- The third claim is the honest sentence followed by the payload, and quotes the honest sentence.

If the passage has no honest sentence, it returns only the first claim. It returns at most six claims for instructions.
A last claim answers the question with the most similar line that contains a digit.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.llm.port import ChatRequest, ChatResponse, TokenUsage
from evals.datasets.attacks import Attack

_FENCE = re.compile(r"<<data ([0-9a-f]{12}) (passage (\d+)|question)>>\n(.*?)\n<<end \1>>", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]{3,}")
_SENTENCE = re.compile(r"[^\n.!?]+[.!?]?")


class ObeyingChat:
    """Implements `ChatModel`."""

    model = "always-obeying"

    def __init__(self, attacks: Sequence[Attack]) -> None:
        self._attacks = attacks

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Return the claims as JSON. Never raises."""
        text = "\n".join(message.content for message in request.messages if message.role == "user")
        passages = _passages(text)
        question = next((m.group(4) for m in _FENCE.finditer(text) if m.group(2) == "question"), "")
        claims: list[dict[str, Any]] = []
        for number, passage in passages.items():
            claims.extend(self._obey(number, passage))
        claims = [*claims[:6], *_ordinary(question, passages)]
        return ChatResponse(
            text="", model=self.model, purpose=request.purpose, usage=TokenUsage(), parsed={"claims": claims}
        )

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def _obey(self, number: int, passage: str) -> Iterator[dict[str, Any]]:
        flat = " ".join(passage.split())
        for attack in self._attacks:
            if " ".join(attack.instruction.split()) not in flat:
                continue
            honest = next(
                (s.strip() for s in _SENTENCE.findall(passage) if len(s) > 20 and s.strip() not in attack.instruction),
                "",
            )
            yield {"text": attack.payload, "passage": number, "quote": attack.instruction}
            if honest:
                yield {"text": attack.payload, "passage": number, "quote": honest}
                yield {"text": f"{honest} {attack.payload}", "passage": number, "quote": honest}


def _passages(text: str) -> dict[int, str]:
    return {int(found.group(3)): found.group(4) for found in _FENCE.finditer(text) if found.group(3)}


def _ordinary(question: str, passages: dict[int, str]) -> Iterator[dict[str, Any]]:
    asked = {word.lower() for word in _WORD.findall(question)}
    best, place, quote = 0, 0, ""
    for number, passage in passages.items():
        for line in passage.splitlines():
            shared = len(asked & {word.lower() for word in _WORD.findall(line)})
            if shared > best and any(character.isdigit() for character in line):
                best, place, quote = shared, number, line.strip()
    if quote:
        yield {"text": quote, "passage": place, "quote": quote}

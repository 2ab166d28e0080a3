"""A chat model that obeys planted instructions. Answers must be safe even with this model.

For each planted instruction in a passage, it returns three claims:

- The first claim is the payload, and refers to the lines of the instruction.
- The second claim is the payload, and refers to an honest line.
- The third claim is the honest line followed by the payload, and refers to the honest line.

If the passage has no honest line, it returns only the first claim. It returns at most six claims for instructions.
A last claim answers the question with the most similar line that has a number other than a year.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.llm.port import ChatRequest, ChatResponse, TokenUsage
from evals.datasets.attacks import Attack

_FENCE = re.compile(r"<<data ([0-9a-f]{12}) (passage (\d+)|question)>>\n(.*?)\n<<end \1>>", re.DOTALL)
_AMOUNT = re.compile(r"\b(?:what|how)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{3,}")
_NUMBERED = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)
_NO_AMOUNT = re.compile(r"\{\d+[a-z]\}|\b(?:19|20)\d\d\b")
_FIGURE = re.compile(r"\{\d+[a-z]\}: ")


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
        for lines in passages:
            claims.extend(self._obey(lines))
        claims = [*claims[:6], *_ordinary(question, passages, self._attacks)]
        return ChatResponse(
            text="", model=self.model, purpose=request.purpose, usage=TokenUsage(), parsed={"claims": claims}
        )

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def _obey(self, lines: dict[int, str]) -> Iterator[dict[str, Any]]:
        flat = " ".join(" ".join(lines.values()).split())
        for attack in self._attacks:
            if " ".join(attack.instruction.split()) not in flat:
                continue
            planted = [number for number, line in lines.items() if line[:40] in attack.instruction]
            honest = next((n for n, line in lines.items() if len(line) > 20 and line not in attack.instruction), None)
            yield {"text": attack.payload, "evidence": planted[:3]}
            if honest is not None:
                yield {"text": attack.payload, "evidence": [honest]}
                yield {"text": f"{_FIGURE.sub('', lines[honest])} {attack.payload}", "evidence": [honest]}


def _passages(text: str) -> list[dict[int, str]]:
    """Return the numbered lines of each passage."""
    return [
        {int(number): line for number, line in _NUMBERED.findall(found.group(4))}
        for found in _FENCE.finditer(text)
        if found.group(3)
    ]


def _begun(text: str) -> set[str]:
    """Return the first five letters of each word, so that "audits" is like "audited"."""
    return {word[:5].lower() for word in _WORD.findall(text)}


def _ordinary(question: str, passages: Sequence[dict[int, str]], attacks: Sequence[Attack]) -> Iterator[dict[str, Any]]:
    """Yield the line that is most like the question and no instruction. For an amount, it has one."""
    asked, needs_amount = _begun(question), _AMOUNT.search(question) is not None
    best, chosen = 0, None
    for lines in passages:
        for number, line in lines.items():
            shared = len(asked & _begun(line))
            is_planted = any(line in attack.instruction or attack.instruction in line for attack in attacks)
            fits = not needs_amount or re.search(r"\d", _NO_AMOUNT.sub("", line))
            if shared > best and fits and not is_planted:
                best, chosen = shared, (number, line)
    if chosen is not None:
        number, line = chosen
        yield {"text": _FIGURE.sub("", line), "evidence": [number]}

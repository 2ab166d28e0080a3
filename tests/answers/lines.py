"""Read the numbered lines of a prompt, as a model does."""

import re

from app.llm.port import ChatRequest

_LINE = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)


def find_line(request: ChatRequest, words: str) -> tuple[int, str]:
    """Return the number and the text of the first numbered line with these words."""
    prompt = "\n".join(message.content for message in request.messages)
    number, line = next(found for found in _LINE.findall(prompt) if words in found[1])
    return int(number), line

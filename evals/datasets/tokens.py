"""Splits texts into tokens by which two forms of a document can be aligned."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\d(?:[\d,.]*\d)?|[^\W\d_]+|(?<!\w)[-‐‑–—−]+(?!\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a dash of a text, and its offset."""

    text: str
    start: int


def tokenise(text: str) -> Iterator[Token]:
    """Yield the tokens of a text: words, numbers with their separators, and dashes that stand alone."""
    for match in _TOKEN.finditer(text):
        yield Token(match.group(), match.start())

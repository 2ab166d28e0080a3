"""Captions of statements: labels in the field's terms, by statement and concept.

Captions (`captions.txt`) follow Regulation S-X (17 CFR 210), ASC 230 and common usage. After a line `@ STATEMENT`, each
line is `Concept: captions`, parted by " ; ". `[a|b]` stands for either, and `$NAME` for the words that a line
`$NAME = a|b` lists.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path

_FILE = Path(__file__).with_name("captions.txt")
_CHOICE = re.compile(r"\[([^\]]*)\]")
_LIST = re.compile(r"\$([A-Z]+)")

Captions = Mapping[str, Mapping[str, Sequence[str]]]


@cache
def read_captions() -> Captions:
    """Return all captions by statement and concept."""
    return parse_captions(_FILE.read_text(encoding="utf-8"))


def parse_captions(text: str) -> Captions:
    """Return the captions that a text lists."""
    lists: dict[str, str] = {}
    found: dict[str, dict[str, list[str]]] = {}
    own: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("$"):
            name, words = line[1:].split("=", 1)
            lists[name.strip()] = words.strip()
        elif line.startswith("@"):
            own = found.setdefault(line[1:].strip(), {})
        elif not line.startswith("#"):
            concept, patterns = line.split(":", 1)
            own.setdefault(concept, []).extend(
                caption for pattern in patterns.split(" ; ") for caption in _expand(pattern, lists)
            )
    return found


def _expand(pattern: str, lists: Mapping[str, str]) -> Iterator[str]:
    """Yield the captions of a pattern."""
    parts = _CHOICE.split(pattern)  # at odd places what stood in brackets
    choices = [
        [word for choice in part.split("|") for word in _words(choice, lists)] if number % 2 else [part]
        for number, part in enumerate(parts)
    ]
    for words in product(*choices):
        yield " ".join("".join(words).split())


def _words(choice: str, lists: Mapping[str, str]) -> list[str]:
    named = _LIST.search(choice)
    if named is None:
        return [choice]
    return [f"{choice[: named.start()]}{word}{choice[named.end() :]}" for word in lists[named[1]].split("|")]

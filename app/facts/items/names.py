"""The names that analysts give to standard items."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.facts.items.standard import StandardItem, load_items
from app.facts.items.words import singular

_WORD = re.compile(r"[^\W_]+(?:[&/][^\W_]+)*", re.UNICODE)
_SPELLINGS = {
    "amortisation": "amortization",
    "capitalised": "capitalized",
    "realised": "realized",
    "unrealised": "unrealized",
    "labour": "labor",
    "programme": "program",
    "stockholder": "shareholder",
    "shareowner": "shareholder",
    "stockowner": "shareholder",
    "noncurrent": "non current",
    "noncontrolling": "non controlling",
    "noninterest": "non interest",
    "nonoperating": "non operating",
    "pretax": "pre tax",
}
_IGNORED = frozenset({"the", "of", "for", "on", "in", "and", "by", "a", "an", "s"})


@dataclass(frozen=True, slots=True)
class NamedItems:
    """A name in a text, from `start` to `end`, with the items that it may mean, the likeliest first."""

    start: int
    end: int
    items: tuple[str, ...]


def find_items(words: str) -> tuple[str, ...]:
    """Return the standard items that a name means, the likeliest first; none if nobody calls an item that.

    Case, plural, hyphens, spelling and small words do not count: "Cash Flows from Operations" is "cash flow from
    operation". "ar" and "a/r" are names, too.
    """
    return _by_name().get(tuple(word for word, _, _ in _words(words)), ())


def find_names(text: str) -> tuple[NamedItems, ...]:
    """Find the names of items in a text, in order. Of two names at one place the longer counts."""
    words = list(_words(text))
    names, longest = _by_name(), _longest()
    found: list[NamedItems] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            items = names.get(tuple(word for word, _, _ in words[at : at + length]))
            if items:
                found.append(NamedItems(words[at][1], words[at + length - 1][2], items))
                at += length
                break
        else:
            at += 1
    return tuple(found)


def first_item(words: Iterable[str]) -> StandardItem | None:
    """Return the standard item that the first fitting word, or its very name, names."""
    items = load_items()
    for word in words:
        named = items.get(word) or next((items[name] for name in find_items(word) if name in items), None)
        if named is not None:
            return named
    return None


@cache
def list_names(item: str) -> tuple[str, ...]:
    """Return the names that analysts and statements give to a standard item, in lower case; none for another name."""
    found = load_items().get(item)
    return () if found is None else tuple(dict.fromkeys((found.title.lower(), *_names().get(item, ()))))


@cache
def _names() -> Mapping[str, list[str]]:
    text = files("app.facts.items").joinpath("names.json").read_text(encoding="utf-8")
    names: Mapping[str, list[str]] = json.loads(text)
    return names


@cache
def _by_name() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for known, names in _names().items():
        for name in names:
            found.setdefault(tuple(word for word, _, _ in _words(name)), []).append(known)
    for item in load_items().values():
        found.setdefault(tuple(word for word, _, _ in _words(item.title)), []).append(item.name)
    return {name: tuple(dict.fromkeys(items)) for name, items in found.items() if name}


@cache
def _longest() -> int:
    return max(map(len, _by_name()))


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words that count, in one form, with their places."""
    for match in _WORD.finditer(text):
        word = match.group().casefold()
        if word in _IGNORED:
            continue
        for part in _plain(word).split():
            yield part, match.start(), match.end()


def _plain(word: str) -> str:
    word = singular(word)
    return _SPELLINGS.get(word, word)

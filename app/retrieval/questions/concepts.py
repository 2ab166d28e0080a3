"""Concepts in a question: its words of the field, with the words that filings print for the same things."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.facts.formulas.registry import MEASURES, formula_of, needed_items
from app.facts.items.names import list_names
from app.facts.items.standard import load_items
from app.retrieval.index.lexicon import tokenise

Terms = tuple[str, ...]

_LONGEST = 7  # words of the longest phrase that is looked for
_MOST_OTHERS = 8  # other phrases of one concept that are searched for
_MOST_INPUTS = 6  # line items of one measure that are searched for
_MOST_CONCEPTS = 12
_INPUT_NAMES = 4


@dataclass(frozen=True, slots=True)
class Concept:
    """A phrase of a question as terms, and the terms of other phrases for it. `asked` is empty for a line item that a
    measure of the question is computed from.
    """

    asked: Terms
    others: tuple[Terms, ...]


def find_concepts(core: str) -> tuple[Concept, ...]:
    """Return the concepts of a question, in its order; of two phrases at one place the longer counts. Linear in the
    length of the question.
    """
    words = _terms(core)
    phrases, measures = _phrases(), _measures()
    found: dict[Concept, None] = {}
    at = 0
    while at < len(words) and len(found) < _MOST_CONCEPTS:
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            key = words[at : at + length]
            if key in phrases:
                found[Concept(key, phrases[key])] = None
            if key in measures:
                found.update(dict.fromkeys(measures[key]))
            if key in phrases or key in measures:
                at += length
                break
        else:
            at += 1
    return tuple(found)[:_MOST_CONCEPTS]


@cache
def _phrases() -> Mapping[Terms, tuple[Terms, ...]]:
    """Return phrase → other phrases of its groups."""
    found: dict[Terms, dict[Terms, None]] = {}
    for group in _groups():
        for phrase in group:
            found.setdefault(phrase, {}).update(dict.fromkeys(other for other in group if other != phrase))
    return {phrase: tuple(others)[:_MOST_OTHERS] for phrase, others in found.items()}


def _groups() -> Iterator[Sequence[Terms]]:
    text = files("app.retrieval.questions").joinpath("words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield _distinct(line.split("|"))
    for name in load_items():
        names = list_names(name)
        if len(names) > 1:
            yield _distinct(names)


@cache
def _measures() -> Mapping[Terms, tuple[Concept, ...]]:
    """Return the phrase of each measure → its line items."""
    found: dict[Terms, tuple[Concept, ...]] = {}
    for measure in MEASURES:
        items = needed_items(formula_of(measure))[:_MOST_INPUTS]
        inputs = tuple(Concept((), names) for item in items if (names := _distinct(list_names(item))[:_INPUT_NAMES]))
        for words in (measure.title, *measure.words):
            found.setdefault(_terms(words), inputs)
    found.pop((), None)
    return found


def _distinct(phrases: Iterable[str]) -> tuple[Terms, ...]:
    return tuple(dict.fromkeys(terms for phrase in phrases if (terms := _terms(phrase))))


def _terms(text: str) -> Terms:
    return tuple(tokenise(text.replace("-", " ")))

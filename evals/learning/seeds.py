"""Made-up rows to learn from: captions in the field's terms, and the words of the concepts' own names.

They teach words that the tagged filings happen not to have. A seed has words and a section, and no place or neighbours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.facts.items.features import word_features
from app.facts.items.standard import find_item, load_items
from app.facts.items.words import words_of
from app.facts.model import StatementKind
from evals.learning.captions import read_captions

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECTIONS = {
    "Current Assets": "current",
    "Non-Current Assets": "noncurrent",
    "Current Liabilities": "due",
    "Non-Current Liabilities": "later",
    "Equity": "equity",
    "Operating Activities": "operating",
    "Working Capital Changes": "working",
    "Investing Activities": "investing",
    "Financing Activities": "financing",
    "Supplemental": "supplement",
}
CAPTION_WEIGHT, CAPTIONS_WEIGHT, NAME_WEIGHT = 0.5, 3.0, 0.25
"""Weights of a caption, of all captions of a concept together, and of a concept's name. A row of a filing has 1."""
_MOST = 24
"""Captions of a concept with different words; of more, every n-th counts."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A made-up row of a concept."""

    concept: str
    features: tuple[str, ...]
    weight: float


def list_seeds(statement: StatementKind) -> Iterator[Seed]:
    """Yield the seeds of a statement, for the concepts that have captions."""
    for concept, captions in read_captions().get(statement.value, {}).items():
        yield _seed(concept, words_of(_HUMP.sub(" ", concept)), NAME_WEIGHT, statement)
        words = list(dict.fromkeys(map(words_of, captions)))
        kept = [words[number * len(words) // _MOST] for number in range(_MOST)] if len(words) > _MOST else words
        for own in kept:
            yield _seed(concept, own, min(CAPTION_WEIGHT, CAPTIONS_WEIGHT / len(kept)), statement)


def _seed(concept: str, words: tuple[str, ...], weight: float, statement: StatementKind) -> Seed:
    item = find_item(concept, statement)
    section = None if item is None else _SECTIONS.get(load_items()[item].section)
    return Seed(concept, tuple(word_features(words, section)), weight)

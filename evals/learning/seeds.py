"""Made-up rows to learn from: captions in the field's terms, and the words of the concepts' own names.

Captions (`captions.json`) follow Regulation S-X (17 CFR 210), ASC 230 and common usage. They teach words that the
tagged filings happen not to have. A seed has words and a section, and no place or neighbours.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.facts.items.features import word_features
from app.facts.items.standard import find_item, load_items
from app.facts.items.words import words_of
from app.facts.model import StatementKind

_CAPTIONS = Path(__file__).with_name("captions.json")
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
CAPTION_WEIGHT, NAME_WEIGHT = 0.5, 0.25
"""What a seed weighs beside a row of a filing: the best of a few tried with companies left out."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A made-up row of a concept."""

    concept: str
    features: tuple[str, ...]
    weight: float


def list_seeds(statement: StatementKind) -> Iterator[Seed]:
    """Yield the seeds of a statement, for the concepts that have captions."""
    for concept, captions in _captions().get(statement.value, {}).items():
        yield _seed(concept, _HUMP.sub(" ", concept), NAME_WEIGHT, statement)
        for caption in captions:
            yield _seed(concept, caption, CAPTION_WEIGHT, statement)


def _seed(concept: str, label: str, weight: float, statement: StatementKind) -> Seed:
    item = find_item(concept, statement)
    section = None if item is None else _SECTIONS.get(load_items()[item].section)
    return Seed(concept, tuple(word_features(words_of(label), section)), weight)


@cache
def _captions() -> Mapping[str, Mapping[str, list[str]]]:
    found: Mapping[str, Mapping[str, list[str]]] = json.loads(_CAPTIONS.read_text(encoding="utf-8"))
    return found

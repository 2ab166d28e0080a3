"""Rows that state two items with one figure: a loss per share, basic and diluted.

Potential shares that would lessen a loss per share do not count (ASC 260-10-45-17 to 45-19), so the diluted figure is
the basic one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from app.facts.items.standard import concept_of
from app.facts.model import Fact

_PAIRS: Final = (
    ("EarningsPerShareBasic", "EarningsPerShareDiluted"),
    ("EarningsPerShareContinuingBasic", "EarningsPerShareContinuingDiluted"),
    ("EarningsPerShareDiscontinuedBasic", "EarningsPerShareDiscontinuedDiluted"),
    ("SharesAverage", "SharesFullyDilutedAverage"),
)
_OTHER: Final = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}

BOTH: Final = frozenset(
    {
        "EarningsPerShareBasicAndDiluted",
        "BasicAndDilutedEarningsLossPerShare",
        "IncomeLossFromContinuingOperationsPerBasicAndDilutedShare",
        "WeightedAverageNumberOfShareOutstandingBasicAndDiluted",
    }
)
"""Concepts that are both items by themselves."""

_BASIC = re.compile(r"\bbasic\b", re.IGNORECASE)
_DILUTED = re.compile(r"\bdilut(?:ed|ive)\b", re.IGNORECASE)


def other_item(item: str | None, label_path: Sequence[str]) -> str | None:
    """Return the other item that a row states with the same figure, or None: its label says "basic and diluted", or
    names neither below a heading that says so.
    """
    other = None if item is None else _OTHER.get(item)
    if other is None:
        return None
    for label in reversed(label_path[-2:]):
        kinds = _kinds(label)
        if kinds:
            return other if kinds == 2 else None
    return None


def other_facts(fact: Fact) -> Iterator[Fact]:
    """Yield the fact of the other item that a fact's row states with the same figure, if any."""
    item = other_item(fact.item, fact.label_path)
    if item is not None:
        concept = fact.concept if fact.concept is None or fact.concept in BOTH else concept_of(item)
        yield replace(fact, item=item, concept=concept)


def other_of_concept(item: str, concept: str) -> str | None:
    """Return the other item of a concept that is both, such as `EarningsPerShareBasicAndDiluted`."""
    return _OTHER.get(item) if concept in BOTH else None


@lru_cache(maxsize=4096)
def _kinds(label: str) -> int:
    return (_BASIC.search(label) is not None) + (_DILUTED.search(label) is not None)

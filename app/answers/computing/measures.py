"""The registry's measures by analysts' words."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.facts.formulas.expressions import Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.units import UnitKind
from app.facts.items.names import find_items
from app.facts.items.standard import StandardItem, load_items
from app.facts.model import StatementKind

_PURE = (UnitKind.PERCENT, UnitKind.RATIO, UnitKind.DAYS)
_MOST_KNOWN = 4096
"""Most texts of questions that a cache keeps."""
_BRACKET = re.compile(r" ?\([^()]*\)")
_OF_COSTS = re.compile(r" (?:expenses?|costs?|spend(?:ing)?|outlays?|bill|charges?)$", re.IGNORECASE)
_OF_BALANCE = re.compile(r" balances?$", re.IGNORECASE)
_COSTS = frozenset(
    {"Cost of Revenue", "Operating Expenses", "Insurance Expenses", "Banking Expenses", "Non-Operating Items"}
    | {"Income Tax", "Operating Activities", "Investing Activities", "Financing Activities"}
)
"""Sections of statements whose items may be called costs or spending: "sales costs" are not sales."""
_LOOSE = re.compile(
    r"\b(?:unadjusted|reported|consolidated|total|company|amount of|value of|balance of)\b ?", re.IGNORECASE
)


@lru_cache(maxsize=_MOST_KNOWN)
def find_measure(words: str) -> Name | None:
    """Return the measure of the registry that words name, or None."""
    for variant in variants_of(words):
        measure = standard_vocabulary().find_measure(variant)
        if measure is not None:
            return Name(measure.name)
    return None


@lru_cache(maxsize=_MOST_KNOWN)
def is_percentage(words: str) -> bool:
    """Return whether words name a measure that is a percentage."""
    found = (standard_vocabulary().find_measure(variant) for variant in variants_of(words))
    return any(measure is not None and measure.unit.kind is UnitKind.PERCENT for measure in found)


@lru_cache(maxsize=_MOST_KNOWN)
def is_pure_measure(words: str) -> bool:
    """Return whether words name a measure that is a ratio, a percentage, or a number of days."""
    found = (standard_vocabulary().find_measure(variant) for variant in variants_of(words))
    return any(measure is not None and measure.unit.kind in _PURE for measure in found)


def variants_of(words: str) -> Iterator[str]:
    """Yield the words, then without brackets, without words that hardly matter, such as "unadjusted", and without
    "costs", "spending" or "balance" at their end.
    """
    plain = _BRACKET.sub("", words).strip()
    loose = _LOOSE.sub("", plain).strip()
    yield from dict.fromkeys((words, plain, loose, *_without_last_word(loose)))


def _without_last_word(words: str) -> Iterator[str]:
    """Yield words without "costs" where they then name a cost, and without "balance" where they name a balance."""
    for pattern, is_kind in ((_OF_COSTS, _is_cost), (_OF_BALANCE, _is_balance)):
        short = pattern.sub("", words)
        items = [load_items().get(name) for name in find_items(short)] if short != words else []
        if items and all(item is not None and is_kind(item) for item in items):
            yield short


def _is_cost(item: StandardItem) -> bool:
    return item.section in _COSTS


def _is_balance(item: StandardItem) -> bool:
    return item.statement is StatementKind.BALANCE

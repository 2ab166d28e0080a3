"""The registry's measures by analysts' words."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.facts.formulas.expressions import Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.units import UnitKind

_PURE = (UnitKind.PERCENT, UnitKind.RATIO, UnitKind.DAYS)
_MOST_KNOWN = 4096
"""Most texts of questions that a cache keeps."""
_BRACKET = re.compile(r" ?\([^()]*\)")
_OF_COSTS = re.compile(r" (?:expenses?|costs?|spend(?:ing)?|outlays?|bill|charges?|balances?)$", re.IGNORECASE)
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
    "costs" or "spending" at their end.
    """
    plain = _BRACKET.sub("", words).strip()
    loose = _LOOSE.sub("", plain).strip()
    yield from dict.fromkeys((words, plain, loose, _OF_COSTS.sub("", loose)))
